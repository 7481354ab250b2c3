using GpuSeq.Engine;

namespace GpuSeq.Models;

/// <summary>
/// A linear-chain conditional random field over tags (Lafferty, McCallum and Pereira 2001; as a layer, Lample et al. 2016, section
/// 2.2): the score of a path of tags y is the sum of start[y_0], of each emission, of transitions[y_(t-1), y_t] and of end[y_last],
/// and its probability e^score over that sum of all paths. Parameters are named as those of <c>pytorch-crf</c>:
/// <c>start_transitions</c> [K], <c>end_transitions</c> [K], <c>transitions</c> [K from, K to].
/// </summary>
public sealed class Crf
{
    private const float InitialBound = 0.1f;

    private readonly int _tags; // K
    private readonly Parameter _start;
    private readonly Parameter _end;
    private readonly Parameter _transitions;

    /// <summary>A layer whose scores lie evenly within 0.1.</summary>
    /// <param name="scope">Where the parameters are added.</param>
    /// <param name="tags">K, the number of tags.</param>
    public Crf(ParameterScope scope, int tags)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _tags = tags;
        _start = scope.Add("start_transitions", [tags], Initializer.Uniform(InitialBound));
        _end = scope.Add("end_transitions", [tags], Initializer.Uniform(InitialBound));
        _transitions = scope.Add("transitions", [tags, tags], Initializer.Uniform(InitialBound));
    }

    /// <summary>-log of the probability of the right paths, per token.</summary>
    /// <param name="graph">The step.</param>
    /// <param name="emissions">The scores of the tags, [B, T, K].</param>
    /// <param name="tags">The right ones, [B, T]; any where a sentence has ended.</param>
    /// <param name="lengths">Tokens of each sentence, [B], at least 1.</param>
    /// <returns>The sum over the sentences, divided by their tokens.</returns>
    public Tensor NegativeLogLikelihood(Graph graph, Tensor emissions, Tensor tags, Tensor lengths)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(emissions);
        ArgumentNullException.ThrowIfNull(tags);
        ArgumentNullException.ThrowIfNull(lengths);
        var steps = emissions.Shape[1];
        var inside = Marks(graph, lengths, steps, (length, step) => step < length);
        var last = Marks(graph, lengths, steps, (length, step) => step == length - 1);
        var first = graph.Input([1f, .. new float[steps - 1]], [steps, 1]);
        var scores = emissions + first * _start + last * _end; // [B, T, K]
        return (LogPartition(graph, scores, last).Sum() - PathScore(scores, tags, inside)) / inside.Sum();
    }

    /// <summary>The scores of going from one tag (row) to another (column), as they are now.</summary>
    public double[,] Transitions
    {
        get
        {
            var scores = new double[_tags, _tags];
            foreach (var (i, score) in _transitions.ToArray().Index())
                scores[i / _tags, i % _tags] = score;
            return scores;
        }
    }

    /// <summary>What finds the best path, with the scores as they are now.</summary>
    public ViterbiDecoder Decoder() => new(_start.ToArray(), _transitions.ToArray(), _end.ToArray());

    // log of the sum of e^score over all paths, [B], by the forward algorithm: alpha_t[j] is that of the paths up to step t that end
    // in tag j. It goes on behind the end of short sentences, where nothing reads it.
    private Tensor LogPartition(Graph graph, Tensor scores, Tensor last)
    {
        var (batch, steps) = (scores.Shape[0], scores.Shape[1]);
        var identity = new float[_tags * _tags];
        for (var tag = 0; tag < _tags; tag++)
            identity[tag * _tags + tag] = 1f;
        var toFrom = graph.Input(identity, [_tags, _tags]).Linear(_transitions); // transposed
        var byStep = scores.Permute(1, 0, 2); // [T, B, K]
        var alphas = new Tensor[steps];
        alphas[0] = byStep.Slice(0, 1); // [1, B, K]
        for (var step = 1; step < steps; step++)
        {
            var paths = alphas[step - 1].Reshape([batch, 1, _tags]) + toFrom; // [B, K to, K from]
            alphas[step] = byStep.Slice(step, 1) + paths.LogSumExp();
        }
        return (alphas.Concat(0) * last.Permute(1, 0, 2)).Sum(0).LogSumExp();
    }

    // The sum over all sentences of the scores of their paths.
    private Tensor PathScore(Tensor scores, Tensor tags, Tensor inside)
    {
        var (batch, steps) = (tags.Shape[0], tags.Shape[1]);
        var sum = (scores.Gather(2, tags.Reshape([batch, steps, 1])) * inside).Sum();
        if (steps == 1)
            return sum;
        var from = tags.Slice(1, 0, steps - 1).Embedding(_transitions); // [B, T - 1, K to]
        var to = tags.Slice(1, 1..).Reshape([batch, steps - 1, 1]);
        return sum + (from.Gather(2, to) * inside.Slice(1, 1..)).Sum();
    }

    // 1 at the steps of a sentence that a rule marks, 0 elsewhere: [B, T, 1]. It looks rows of a table up, one for each length.
    private static Tensor Marks(Graph graph, Tensor lengths, int steps, Func<int, int, bool> isMarked)
    {
        var table = new float[(steps + 1) * steps];
        for (var length = 0; length <= steps; length++)
        {
            for (var step = 0; step < steps; step++)
                table[length * steps + step] = isMarked(length, step) ? 1f : 0f;
        }
        return lengths.Embedding(graph.Input(table, [steps + 1, steps])).Reshape([lengths.Shape[0], steps, 1]);
    }
}
