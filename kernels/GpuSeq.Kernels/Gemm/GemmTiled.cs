using GpuSeq.Kernels.Simd;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels;

/// <summary>
/// The matrix product on GPUs: a group of 16 x 16 lanes computes a 64 x 64 tile of C. Step by step along K it loads a
/// 64 x 16 tile of op(A) and a 16 x 64 tile of op(B) to shared memory, and each lane adds their product to 4 x 4 sums in
/// registers.
/// </summary>
internal sealed class GemmTiled(Accelerator accelerator)
{
    private const int Side = 16; // lanes along a side of the group
    private const int PerLane = 4; // elements of C along a side of a lane's part
    private const int Tile = Side * PerLane;
    private const int KStep = 16;

    private readonly Action<KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        GemmArguments> _kernel = accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>,
        ArrayView<float>, GemmArguments>(Multiply);

    public void Multiply(
        GemmArguments gemm, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual)
    {
        var grid = new Index2D((gemm.N + Tile - 1) / Tile, (gemm.M + Tile - 1) / Tile);
        _kernel(new KernelConfig(grid, new Index2D(Side, Side)), a, b, c, bias, residual, gemm);
    }

    /// <summary>Group (x, y) computes columns 64 x and on, rows 64 y and on.</summary>
    public static void Multiply(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, ArrayView<float> residual, GemmArguments gemm)
    {
        var tileA = SharedMemory.Allocate<float>(KStep * Tile); // [k, row]
        var tileB = SharedMemory.Allocate<float>(KStep * Tile); // [k, column]
        var sums = LocalMemory.Allocate<float>(PerLane * PerLane);
        for (var i = 0; i < PerLane * PerLane; i++)
            sums[i] = 0f;

        var row0 = Grid.IdxY * Tile;
        var column0 = Grid.IdxX * Tile;
        var lane = Group.IdxY * Side + Group.IdxX;
        for (var k0 = 0; k0 < gemm.K; k0 += KStep)
        {
            for (var i = lane; i < KStep * Tile; i += Side * Side)
            {
                // Neighbouring lanes read neighbouring elements, whichever way the operand is stored.
                var alongA = gemm.TransposeA != 0 ? i % Tile : i / KStep;
                var kA = gemm.TransposeA != 0 ? i / Tile : i % KStep;
                var row = row0 + alongA;
                var value = 0f;
                if (row < gemm.M && k0 + kA < gemm.K)
                    value = gemm.TransposeA != 0 ? a[(long)(k0 + kA) * gemm.Lda + row] : a[(long)row * gemm.Lda + k0 + kA];
                tileA[kA * Tile + alongA] = value;

                var alongB = gemm.TransposeB != 0 ? i / KStep : i % Tile;
                var kB = gemm.TransposeB != 0 ? i % KStep : i / Tile;
                var column = column0 + alongB;
                value = 0f;
                if (column < gemm.N && k0 + kB < gemm.K)
                    value = gemm.TransposeB != 0 ? b[(long)column * gemm.Ldb + k0 + kB] : b[(long)(k0 + kB) * gemm.Ldb + column];
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
                if (row >= gemm.M || column >= gemm.N)
                    continue;
                var offset = (long)row * gemm.Ldc + column;
                var value = gemm.Alpha * sums[i * PerLane + j];
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
    }
}
