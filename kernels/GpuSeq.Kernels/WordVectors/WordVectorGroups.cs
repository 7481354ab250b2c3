using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Steps of word vectors on GPUs: a group computes an example, then a lane one element of a row that a word has.</summary>
internal static class WordVectorGroups
{
    /// <summary>Group i computes example i. A lane has the columns that it alone reads and writes.</summary>
    public static void Example(
        WordVectorArguments.Batch batch, WordVectorArguments.Workspace workspace, WordVectorArguments arguments)
    {
        var shared = SharedMemory.Allocate<float>(GroupReduce.SharedLength);
        var example = Grid.IdxX;
        var origin = (long)example * arguments.Dimension;
        var words = batch.Lengths.Length > 0 ? batch.Lengths[example] : 1;
        var isWrong = words < 0 || words > arguments.Inputs;
        if (isWrong)
            words = 0;
        var share = words > 0 ? 1f / words : 0f;
        for (var c = Group.IdxX; c < arguments.Dimension; c += GroupReduce.Lanes)
        {
            workspace.Hidden[origin + c] = 0f;
            workspace.HiddenGradients[origin + c] = 0f;
        }
        for (var w = 0; w < arguments.Inputs; w++)
        {
            var place = example * arguments.Inputs + w;
            var id = w < words ? batch.Words[place] : arguments.Rows;
            if (id < 0 || id >= arguments.Rows)
            {
                isWrong |= w < words;
                id = arguments.Rows;
            }
            for (var c = Group.IdxX; c < arguments.Dimension && id < arguments.Rows; c += GroupReduce.Lanes)
                workspace.Hidden[origin + c] += share * batch.Input[(long)id * arguments.Dimension + c];
            if (Group.IdxX != 0)
                continue;
            workspace.InputIds[place] = id;
            workspace.InputFactors[place] = share;
        }
        var loss = isWrong ? float.NaN : 0f;
        for (var j = 0; j < arguments.Outputs; j++)
        {
            var id = j == 0 ? batch.Targets[example] : batch.Negatives[example * (arguments.Outputs - 1) + j - 1];
            var isInside = id >= 0 && id < arguments.Rows;
            var row = (isInside ? (long)id : 0) * arguments.Dimension;
            var score = 0f;
            for (var c = Group.IdxX; c < arguments.Dimension && isInside; c += GroupReduce.Lanes)
                score += workspace.Hidden[origin + c] * batch.Output[row + c];
            score = GroupReduce.Sum(shared, score);
            Group.Barrier(); // before the next sum writes
            var (term, slope) = Term(new ScalarLane(j == 0 ? -score : score));
            var factor = j == 0 ? -slope.Value : slope.Value;
            loss += isInside ? term.Value : float.NaN;
            for (var c = Group.IdxX; c < arguments.Dimension && isInside; c += GroupReduce.Lanes)
                workspace.HiddenGradients[origin + c] += factor * batch.Output[row + c];
            if (Group.IdxX != 0)
                continue;
            workspace.OutputIds[example * arguments.Outputs + j] = isInside ? id : arguments.Rows;
            workspace.OutputFactors[example * arguments.Outputs + j] = factor;
        }
        if (Group.IdxX == 0)
            batch.Losses[example] = loss;
    }

    /// <summary>-ln s(-x) = ln(1 + e^x), and its slope s(x).</summary>
    public static (V Loss, V Slope) Term<V>(V x)
        where V : struct, IVector<V>
    {
        var one = V.Broadcast(1f);
        var e = VectorMath.ExpOfNegative(V.Zero - V.Abs(x));
        var slope = V.Select(V.LessThan(x, V.Zero), e, one) / (one + e);
        return (V.Max(x, V.Zero) + VectorMath.Log(one + e), slope);
    }

    /// <summary>Lane i changes one element of a row, where its position is the first of its id.</summary>
    public static void Update(Index1D lane, ArrayView<float> table, WordVectorArguments.Update update, WordVectorArguments arguments)
    {
        var position = lane.X / arguments.Dimension;
        if (update.Links[update.Ids.IntLength + position] == 0)
            return;
        var column = lane.X - position * arguments.Dimension;
        var target = (long)update.Ids[position] * arguments.Dimension + column;
        var value = table[target];
        var rate = arguments.LearningRate;
        if (update.RateFactor.Length > 0)
            rate *= update.RateFactor[0];
        for (var i = position; i >= 0; i = update.Links[i])
        {
            var element = update.Vectors[(long)(i / arguments.PerVector) * arguments.Dimension + column];
            value -= rate * update.Factors[i] * element;
        }
        table[target] = value;
    }
}
