using GpuSeq.Kernels.Simd;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on GPUs: a group of 16 x 16 lanes computes a 64 x 64 tile of C. Step by step along K it loads a
/// 64 x 16 tile of op(A) and a 16 x 64 tile of op(B) to shared memory, and each lane adds their product to 4 x 4 sums in
/// registers.
/// </summary>
internal sealed class GemmTiled(KernelLibrary library)
{
    private const int Side = 16; // lanes along a side of the group
    private const int PerLane = 4; // elements of C along a side of a lane's part
    private const int Tile = Side * PerLane;
    private const int KStep = 16;

    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<int>, GemmArguments> _multiply = library.LoadGroupKernel<ArrayView<float>, ArrayView<float>,
        ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>, GemmArguments>(Multiply);

    private readonly Action<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        GemmArguments> _addParts = library.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<int>,
        GemmArguments>(GemmSplit.Elements);

    /// <summary>Computes every product of a batch.</summary>
    public void Multiply(GemmArguments gemm, in GemmOperands operands)
    {
        if (GemmSplit.Parts(gemm) is not (> 1 and var parts))
        {
            Launch(gemm, operands);
            return;
        }
        var split = gemm.Split(parts);
        (gemm.Splits, gemm.SplitK) = (split.Splits, split.SplitK);
        var length = (long)gemm.Products * gemm.M * gemm.N;
        using var memory = library.Pool.Rent(gemm.Splits * length * sizeof(float));
        var sums = memory.View<float>(gemm.Splits * length);
        Launch(split, operands with { C = sums, Bias = default, Residual = default });
        _addParts((int)length, sums, operands.C, operands.Bias, operands.Residual, operands.Offsets, gemm);
    }

    private void Launch(GemmArguments gemm, in GemmOperands operands)
    {
        var grid = new Index2D(gemm.Products * gemm.Splits * TilesAcross(gemm), (gemm.M + Tile - 1) / Tile);
        _multiply(
            new KernelConfig(grid, new Index2D(Side, Side)), operands.A, operands.B, operands.C, operands.Bias, operands.Residual,
            operands.Offsets, gemm);
    }

    private static int TilesAcross(GemmArguments gemm) => (gemm.N + Tile - 1) / Tile;

    /// <summary>Group (x, y) computes columns 64 (x % tiles across) and on, rows 64 y and on, of product x / tiles across.</summary>
    public static void Multiply(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        ArrayView<int> offsets, GemmArguments gemm)
    {
        var tileA = SharedMemory.Allocate<float>(KStep * Tile); // [k, row]
        var tileB = SharedMemory.Allocate<float>(KStep * Tile); // [k, column]
        var sums = LocalMemory.Allocate<float>(PerLane * PerLane);
        for (var i = 0; i < PerLane * PerLane; i++)
            sums[i] = 0f;

        var row0 = Grid.IdxY * Tile;
        var part = Grid.IdxX / TilesAcross(gemm);
        var column0 = Grid.IdxX % TilesAcross(gemm) * Tile;
        var product = part / gemm.Splits;
        var split = part % gemm.Splits;
        var kEnd = gemm.SplitEnd(split);
        var offsetA = gemm.OffsetA(offsets, product);
        var offsetB = gemm.OffsetB(offsets, product);
        var offsetC = gemm.Splits > 1 ? (long)part * gemm.M * gemm.N : gemm.OffsetC(offsets, product);
        var lane = Group.IdxY * Side + Group.IdxX;
        for (var k0 = split * gemm.SplitK; k0 < kEnd; k0 += KStep)
        {
            for (var i = lane; i < KStep * Tile; i += Side * Side)
            {
                // Neighbouring lanes read neighbouring elements, whichever way the operand is stored.
                var alongA = gemm.TransposeA != 0 ? i % Tile : i / KStep;
                var kA = gemm.TransposeA != 0 ? i / Tile : i % KStep;
                var row = row0 + alongA;
                var value = 0f;
                if (row < gemm.M && k0 + kA < kEnd)
                    value = a[offsetA + (gemm.TransposeA != 0 ? (long)(k0 + kA) * gemm.Lda + row : (long)row * gemm.Lda + k0 + kA)];
                tileA[kA * Tile + alongA] = value;

                var alongB = gemm.TransposeB != 0 ? i / KStep : i % Tile;
                var kB = gemm.TransposeB != 0 ? i % KStep : i / Tile;
                var column = column0 + alongB;
                value = 0f;
                if (column < gemm.N && k0 + kB < kEnd)
                    value = b[offsetB + (gemm.TransposeB != 0 ? (long)column * gemm.Ldb + k0 + kB : (long)(k0 + kB) * gemm.Ldb + column)];
                tileB[kB * Tile + alongB] = value;
            }
            Group.Barrier();
            for (var k = 0; k < KStep; k++)
            {
                for (var i = 0; i < PerLane; i++)
                {
                    var x = tileA[k * Tile + Group.IdxY + i * Side];
                    for (var j = 0; j < PerLane; j++)
                        sums[i * PerLane + j] += x * tileB[k * Tile + Group.IdxX + j * Side];
                }
            }
            Group.Barrier();
        }

        for (var i = 0; i < PerLane; i++)
        {
            var row = row0 + Group.IdxY + i * Side;
            for (var j = 0; j < PerLane; j++)
            {
                var column = column0 + Group.IdxX + j * Side;
                if (row < gemm.M && column < gemm.N)
                    Finish(sums[i * PerLane + j], row, column, offsetC, c, bias, residual, gemm);
            }
        }
    }

    /// <summary>c = activation(alpha sum + beta c + bias) + residual for one element.</summary>
    public static void Finish(
        float sum, int row, int column, long offsetC, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual,
        GemmArguments gemm)
    {
        var offset = offsetC + (long)row * gemm.Ldc + column;
        var value = gemm.Alpha * sum;
        if (gemm.Beta != 0f)
            value += gemm.Beta * c[offset];
        if (bias.Length > 0)
            value += bias[column];
        value = ActivationFunctions.Forward((Activation)gemm.Activation, new ScalarLane(value)).Value;
        if (residual.Length > 0)
            value += residual[offset];
        c[offset] = value;
    }
}
