using GpuSeq.Kernels.Recording;
using ILGPU;

namespace GpuSeq.Kernels;

/// <summary>Where the rows of each step lie, and the matrix products between the steps: what all recurrent cells share.</summary>
internal readonly struct CellSequence
{
    private const int UnitsPerItem = 2048; // hidden units that are worth a work item

    private readonly KernelLibrary _library;
    private readonly SequenceShape _shape;
    private readonly int _gates; // per hidden unit
    private readonly int _recurrentWidth;
    private readonly int _rowsPerItem;

    public CellSequence(KernelLibrary library, SequenceShape shape, int gates, int recurrentWidth = 0)
    {
        _recurrentWidth = recurrentWidth;
        _library = library;
        _shape = shape;
        _gates = gates;
        _rowsPerItem = Math.Max(1, UnitsPerItem / Math.Max(1, shape.Hidden));
        Items = library.Shape == KernelShape.Row
            ? (shape.Batch + _rowsPerItem - 1) / _rowsPerItem
            : shape.Batch * shape.Hidden;
    }

    /// <summary>Work items of a cell kernel.</summary>
    public int Items { get; }

    private int StateStride => _shape.RowsBetweenSequences * _shape.Hidden;

    /// <summary>Puts the initial state before the first step, or without any step after the last.</summary>
    /// <returns>Whether there are steps.</returns>
    public bool Begin(ArrayView<float> stateBefore, ArrayView<float> initial, ArrayView<float> final)
    {
        var hidden = _shape.Hidden;
        var hasSteps = _shape.Steps > 0;
        if (_shape.Batch * hidden == 0)
            return false;
        var target = hasSteps ? State(0, stateBefore) : final;
        var stride = hasSteps ? StateStride : hidden;
        if (stride == hidden)
        {
            var all = target.SubView(0, _shape.Batch * hidden);
            if (initial.Length > 0)
                _library.Copy(initial.SubView(0, all.Length), all);
            else
                _library.Clear(all);
            return hasSteps;
        }
        for (var b = 0; b < _shape.Batch; b++)
        {
            var row = target.SubView((long)b * stride, hidden);
            if (initial.Length > 0)
                _library.Copy(initial.SubView((long)b * hidden, hidden), row);
            else
                _library.Clear(row);
        }
        return hasSteps;
    }

    /// <summary>The gates of a step.</summary>
    public ArrayView<float> Gates(int order, ArrayView<float> gates) =>
        gates.From((long)_shape.FirstRow(_shape.StepAt(order)) * _gates * _shape.Hidden);

    /// <summary>The second set of sums of a step.</summary>
    public ArrayView<float> Recurrent(int order, ArrayView<float> recurrent) =>
        recurrent.From((long)_shape.FirstRow(_shape.StepAt(order)) * _recurrentWidth);

    /// <summary>The state before a step.</summary>
    public ArrayView<float> State(int order, ArrayView<float> stateBefore) =>
        stateBefore.From((long)_shape.FirstRow(_shape.StepAt(order)) * _shape.Hidden);

    /// <summary>The state after a step: before the next, or the last.</summary>
    public ArrayView<float> NextState(int order, ArrayView<float> stateBefore, ArrayView<float> final) =>
        order + 1 < _shape.Steps ? State(order + 1, stateBefore) : final;

    /// <summary>The output of a step, or its gradient, or nothing.</summary>
    public ArrayView<float> Output(int order, ArrayView<float> output) =>
        output.From((long)_shape.FirstRow(_shape.StepAt(order)) * _shape.OutputWidth);

    /// <summary>What the cell kernel is told of a step.</summary>
    public CellStep Step(int order, bool readsOutputGradient = false) => new()
    {
        Batch = _shape.Batch,
        Hidden = _shape.Hidden,
        Step = _shape.StepAt(order),
        Width = (int)_library.Width,
        RowsPerItem = _rowsPerItem,
        GateStride = _shape.RowsBetweenSequences * _gates * _shape.Hidden,
        StateStride = StateStride,
        NextStride = order + 1 < _shape.Steps ? StateStride : _shape.Hidden,
        AfterStride = order + 1 < _shape.Steps || _shape.Projection > 0 ? StateStride : _shape.Hidden,
        RecurrentStride = _shape.RowsBetweenSequences * _recurrentWidth,
        OutputStride = _shape.RowsBetweenSequences * _shape.OutputWidth,
        ReadsOutputGradient = readsOutputGradient ? 1 : 0,
    };

    /// <summary>gates = beta gates + input W^T + bias for the step. Rows of the input are as long as W's.</summary>
    public void Multiply(
        int order, ArrayView<float> input, in PackedMatrix weight, ArrayView<float> bias, ArrayView<float> gates, float beta = 1f)
    {
        var shape = new GemmShape(_shape.Batch, weight.N, weight.K)
        {
            TransposeB = true,
            Lda = _shape.RowsBetweenSequences * weight.K,
            Ldc = _shape.RowsBetweenSequences * _gates * _shape.Hidden,
            Beta = beta,
        };
        var rows = input.From((long)_shape.FirstRow(_shape.StepAt(order)) * weight.K);
        _library.Gemm.Multiply(shape, rows, weight, Gates(order, gates), bias);
    }

    /// <summary>gradient [B, columns of W] = beta gradient + gradient of the gates' sums times W.</summary>
    public void MultiplyGradient(
        int order, ArrayView<float> gates, in PackedMatrix weight, ArrayView<float> gradient, float beta = 1f)
    {
        var shape = new GemmShape(_shape.Batch, weight.N, weight.K)
        {
            Lda = _shape.RowsBetweenSequences * _gates * _shape.Hidden,
            Beta = beta,
        };
        _library.Gemm.Multiply(shape, Gates(order, gates), weight, gradient);
    }
}
