using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Kernels;

namespace GpuSeq.Models;

/// <summary>How likely an answer is.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="LogLikelihood">The sum of its tokens' log-likelihoods, in nats.</param>
/// <param name="Tokens">How many it has.</param>
public sealed record RankedAnswer(string Answer, double LogLikelihood, int Tokens)
{
    /// <summary>The mean of its tokens' log-likelihoods, which does not make long answers less likely than short ones.</summary>
    public double PerToken => LogLikelihood / Tokens;
}

/// <summary>Answers by how likely they are.</summary>
/// <param name="Answers">In the order in which they were given.</param>
/// <param name="CutTokens">The tokens at the prompt's beginning that the context had no room for.</param>
public sealed record Ranking(IReadOnlyList<RankedAnswer> Answers, int CutTokens)
{
    /// <summary>The place of the answer with the largest log-likelihood.</summary>
    public int Best => Answers.Index().MaxBy(answer => answer.Item.LogLikelihood).Index;

    /// <summary>The place of the answer with the largest log-likelihood per token.</summary>
    public int BestPerToken => Answers.Index().MaxBy(answer => answer.Item.PerToken).Index;

    /// <summary>The share of an answer's likelihood in that of all.</summary>
    public double Probability(int place)
    {
        var best = Answers[Best].LogLikelihood;
        return Math.Exp(Answers[place].LogLikelihood - best) / Answers.Sum(answer => Math.Exp(answer.LogLikelihood - best));
    }
}

/// <summary>Ranks what may follow a prompt with a language model (Brown et al. 2020, section 2.4).</summary>
public sealed class AnswerRanker : IDisposable
{
    private readonly Device _device;
    private readonly GptModel _model;
    private readonly ITokenizer _tokenizer;

    /// <summary>A ranker; it owns the model.</summary>
    public AnswerRanker(Device device, GptModel model, ITokenizer tokenizer) => (_device, _model, _tokenizer) = (device, model, tokenizer);

    /// <summary>Loads a GPT: a run of the recipe <c>gpt</c>, or a folder as the Hub has it.</summary>
    /// <exception cref="DataException">A file cannot be read, or the model is no GPT.</exception>
    /// <exception cref="CheckpointException">The parameters cannot be read, or do not fit the configuration.</exception>
    public static AnswerRanker Load(Device device, RunFolder folder)
    {
        var (model, tokenizer) = GptFiles.LoadWithTokenizer(device, folder);
        return new(device, model, tokenizer);
    }

    /// <summary>Ranks answers.</summary>
    /// <param name="prompt">What comes before.</param>
    /// <param name="answers">At least one.</param>
    /// <param name="continuations">How the prompt goes on with each.</param>
    /// <exception cref="DataException">There is nothing to read, or the model cannot spell it or has no room for it.</exception>
    public Ranking Rank(string prompt, IReadOnlyList<string> answers, IReadOnlyList<string> continuations)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(continuations);
        var before = _tokenizer.Encode(prompt);
        int[][] after = [.. continuations.Select(_tokenizer.Encode)];
        var room = _model.Config.Context + 1 - after.Max(tokens => tokens.Length); // the last token of all is not read
        if (before.Length == 0 || after.Any(tokens => tokens.Length == 0))
            throw new DataException("the prompt", "it is empty, or one of the answers is");
        if (room < 1)
            throw new DataException("the prompt", $"an answer is longer than the context of {_model.Config.Context} tokens");
        var cut = Math.Max(0, before.Length - room);
        var sums = LogLikelihoods(before[cut..], after);
        return new([.. answers.Select((answer, place) => new RankedAnswer(answer, sums[place], after[place].Length))], cut);
    }

    /// <summary>Gives the memory of the model back.</summary>
    public void Dispose() => _model.Dispose();

    // The sum for each answer. All are read side by side, padded on the right, where no token sees it.
    private double[] LogLikelihoods(int[] before, int[][] after)
    {
        var width = before.Length + after.Max(tokens => tokens.Length) - 1;
        var ids = new int[after.Length * width];
        foreach (var (row, tokens) in after.Index())
        {
            before.CopyTo(ids, row * width);
            tokens.AsSpan(..^1).CopyTo(ids.AsSpan(row * width + before.Length));
        }
        int[] places = [.. after.SelectMany((tokens, row) => tokens.Select((_, place) => row * width + before.Length - 1 + place))];
        int[] targets = [.. after.SelectMany(tokens => tokens)];
        using var graph = _device.BeginGraph(isTraining: false);
        var hidden = _model.Forward(graph, graph.Input(ids, [after.Length, width])).Hidden;
        var read = hidden.Reshape([after.Length * width, _model.Config.Width]).Select(0, graph.Input(places, [places.Length]));
        var losses = _model.Logits(read)
            .CrossEntropy(graph.Input(targets, [targets.Length]), new() { Reduction = LossReduction.None }).ToArray();
        var first = 0;
        return [.. after.Select(tokens => -losses.AsSpan((first += tokens.Length) - tokens.Length, tokens.Length).ToArray().Sum(loss => (double)loss))];
    }
}
