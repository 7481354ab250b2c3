using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuSeq.Kernels;

/// <summary>What the group-shaped kernels of attention share: tiles of 16 rows in shared memory, and what a query may see.</summary>
internal static class AttentionTiles
{
    /// <summary>Rows of a tile, and lanes along a side of the group.</summary>
    public const int Side = 16;

    /// <summary>Columns of a row that a lane computes at most.</summary>
    public const int PerLane = AttentionShape.MaxHeadSize / Side;

    /// <summary>Elements of a tile: odd rows, so that lanes that read a column meet different banks.</summary>
    public const int Length = Side * Row;

    /// <summary>Elements of a tile of scores.</summary>
    public const int Square = Side * (Side + 1);

    private const int Row = AttentionShape.MaxHeadSize + 1;

    /// <summary>A group for every 16 rows of every head.</summary>
    public static KernelConfig Config(int rows, in AttentionArguments arguments) =>
        new(new Index2D((rows + Side - 1) / Side, arguments.B * arguments.H), new Index2D(Side, Side));

    /// <summary>The place of a score.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(int row, int column) => row * (Side + 1) + column;

    /// <summary>Loads 16 rows, zero from the end on: lane (x, y) brings columns x, x + 16 and so on of row y.</summary>
    public static void Load(HeadsView heads, int b, int h, int first, int end, int headSize, ArrayView<float> tile)
    {
        var row = first + Group.IdxY;
        for (var d = Group.IdxX; d < headSize; d += Side)
            tile[Group.IdxY * Row + d] = row < end ? heads.Values[heads.Row(b, h, row) + d] : 0f;
    }

    /// <summary>The product of a row of one tile and a row of another.</summary>
    public static float Dot(ArrayView<float> left, int leftRow, ArrayView<float> right, int rightRow, int headSize)
    {
        var sum = 0f;
        for (var d = 0; d < headSize; d++)
            sum += left[leftRow * Row + d] * right[rightRow * Row + d];
        return sum;
    }

    /// <summary>The product of a row of scores and a column of a tile.</summary>
    public static float Column(ArrayView<float> scores, int row, ArrayView<float> tile, int column)
    {
        var sum = 0f;
        for (var i = 0; i < Side; i++)
            sum += scores[At(row, i)] * tile[i * Row + column];
        return sum;
    }

    /// <summary>Stores an element of a gradient, or adds it.</summary>
    public static void Store(HeadsView heads, int b, int h, int row, int d, float value, int accumulate)
    {
        var at = heads.Row(b, h, row) + d;
        heads.Values[at] = accumulate != 0 ? heads.Values[at] + value : value;
    }

    /// <summary>The number of keys of a sequence that are not padding.</summary>
    public static int KeyLength(AttentionOperands operands, AttentionArguments arguments, int b) =>
        operands.Mask.Lengths.Length > 0 ? XMath.Clamp(operands.Mask.Lengths[b], 0, arguments.S) : arguments.S;

    /// <summary>Whether query t may see key s.</summary>
    public static bool Sees(AttentionOperands operands, AttentionArguments arguments, int b, int h, int t, int s, int length)
    {
        if (s < arguments.FirstKey(t) || s >= arguments.EndKey(t, length))
            return false;
        return operands.Mask.Keep.Values.Length == 0 || operands.Mask.Keep.Values[operands.Mask.Keep.Row(b, h, t) + s] != 0;
    }

    /// <summary>What is added to the score of query t and key s.</summary>
    public static float Bias(AttentionOperands operands, int b, int h, int t, int s) =>
        operands.Mask.Bias.Values.Length == 0 ? 0f : operands.Mask.Bias.Values[operands.Mask.Bias.Row(b, h, t) + s];

    /// <summary>The factor of dropout of a weight: 16 bits of a random number decide.</summary>
    public static float Factor(AttentionArguments arguments, long row, int s)
    {
        if (arguments.DropBelow == 0)
            return 1f;
        var words = Philox.Block(arguments.RandomBlock(row) + (ulong)(s / 8), arguments.Random.Number, arguments.Random.Seed);
        var pair = s % 8 / 2;
        var word = pair == 0 ? words.W0 : pair == 1 ? words.W1 : pair == 2 ? words.W2 : words.W3;
        var number = s % 2 == 0 ? word & 0xFFFF : word >> 16;
        return number < arguments.DropBelow ? 0f : arguments.KeepFactor;
    }

    /// <summary>The weight of a key that a query sees, from the dot product and the row's log-sum-exp.</summary>
    public static float Weight(AttentionOperands operands, AttentionArguments arguments, int b, int h, int t, int s, float dot)
    {
        var lse = operands.Lse[((long)b * arguments.H + h) * arguments.T + t];
        return lse == float.NegativeInfinity ? 0f : XMath.Exp(arguments.Scale * dot + Bias(operands, b, h, t, s) - lse);
    }

    /// <summary>The gradient of a score, from its weight w, its factor of dropout z and the product dO V: w (z dP + dW - delta).</summary>
    public static float Slope(
        AttentionOperands operands, AttentionArguments arguments, long row, int s, float weight, float factor, float product)
    {
        var upstream = product * factor;
        if (operands.DWeights.Length > 0)
            upstream += operands.DWeights[row * arguments.S + s];
        return weight * (upstream - operands.Delta[row]);
    }
}
