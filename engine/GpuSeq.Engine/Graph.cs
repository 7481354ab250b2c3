using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// The scope of one step. Operations run at once and, in training, are recorded; <see cref="Backward"/> walks the record from
/// its end and leaves gradients. Disposing the graph gives every temporary tensor back to the pool.
/// </summary>
public sealed partial class Graph : IDisposable
{
    private HashSet<MemoryBlock> _blocks = [];
    private List<OperationRecord> _records = [];
    private readonly Dictionary<Tensor, Tensor> _gradients = new(ReferenceEqualityComparer.Instance);
    private readonly RandomStream? _random;
    private bool _hasEnded;

    internal Graph(Device device, RandomStream? random, bool isTraining)
    {
        Device = device;
        _random = random;
        IsTraining = isTraining;
    }

    /// <summary>The device that computes.</summary>
    public Device Device { get; }

    /// <summary>Whether operations are recorded and dropout drops.</summary>
    public bool IsTraining { get; }

    /// <summary>The step that the graph is a run of, if it is one's.</summary>
    internal RecordedStep? Step { get; set; }

    internal KernelLibrary Kernels => Device.Kernels;

    /// <summary>Where random numbers are drawn from.</summary>
    /// <exception cref="InvalidOperationException">The graph was begun without one.</exception>
    internal RandomStream Random => _random
        ?? throw new InvalidOperationException(
            "Dropout, sampling and random tensors draw random numbers: begin the graph with a RandomStream.");

    /// <summary>Copies values to the device.</summary>
    /// <param name="values">As many as the shape holds, rows first.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="requiresGradient">Whether a gradient is wanted for it.</param>
    public Tensor Input(ReadOnlySpan<float> values, Shape shape, bool requiresGradient = false)
    {
        HostTensor.CheckLength(values.Length, shape);
        var tensor = New(shape, ElementType.Float32, requiresGradient);
        Upload(values, tensor.Floats);
        return tensor;
    }

    /// <summary>Copies integers, such as token ids, to the device.</summary>
    /// <param name="values">As many as the shape holds, rows first.</param>
    /// <param name="shape">The shape.</param>
    public Tensor Input(ReadOnlySpan<int> values, Shape shape)
    {
        HostTensor.CheckLength(values.Length, shape);
        var tensor = New(shape, ElementType.Int32, requiresGradient: false);
        Upload(values, tensor.Ints);
        return tensor;
    }

    /// <summary>Copies values to the device. A recorded step takes those of its batch anew in every run.</summary>
    /// <param name="values">Of the batch, or a tensor that the program fills before every run.</param>
    /// <param name="requiresGradient">Whether a gradient is wanted for it.</param>
    public Tensor Input(HostTensor values, bool requiresGradient = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        var tensor = New(values.Shape, values.ElementType, requiresGradient);
        if (values.ElementType == ElementType.Float32)
            Kernels.Upload(Source<float>(values), tensor.Floats);
        else
            Kernels.Upload(Source<int>(values), tensor.Ints);
        return tensor;
    }

    /// <summary>
    /// Computes the gradient of a scalar with respect to every parameter and every other tensor that asks for one. Gradients of
    /// parameters add up until they are cleared.
    /// </summary>
    /// <param name="loss">One number that this graph computed.</param>
    /// <exception cref="InvalidOperationException">
    /// It is not one number, does not depend on anything with a gradient, depends on it through an operation without one, or was
    /// computed before an earlier call.
    /// </exception>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ThrowIfEnded();
        if (!IsTraining)
            throw new InvalidOperationException("Backward: the graph was begun without training, so nothing was recorded.");
        if (!ReferenceEquals(loss.Graph, this))
            throw new InvalidOperationException("Backward: the loss belongs to another graph.");
        if (loss.Shape.ElementCount != 1)
            throw new InvalidOperationException($"Backward: a loss is one number, not a tensor of shape {loss.Shape}.");
        if (!loss.RequiresGradient)
            throw new InvalidOperationException("Backward: the loss does not depend on anything that has a gradient.");
        if (loss.IsResult && !_records.Any(record => record.Results.Contains(loss)))
            throw new InvalidOperationException("Backward: an earlier call has used the record up; add losses, and call it once.");
        Kernels.Elementwise.Fill(Accumulate(loss).Floats, 1f);
        WalkBack();
    }

    /// <summary>Gives every temporary tensor back. Gradients of parameters stay.</summary>
    public void Dispose()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        foreach (var block in _blocks)
            block.Dispose();
        _blocks.Clear();
        _records.Clear();
        _gradients.Clear();
    }

    internal void ThrowIfEnded()
    {
        if (_hasEnded)
            throw new InvalidOperationException("A tensor was used after the scope of its graph had ended.");
    }

    /// <summary>The graph that the operands of an operation belong to. Parameters belong to any.</summary>
    internal static Graph Of(string operation, params ReadOnlySpan<Tensor?> operands)
    {
        Graph? graph = null;
        foreach (var operand in operands)
        {
            if (operand?.Graph is not { } owner)
                continue;
            if (graph is not null && !ReferenceEquals(graph, owner))
                throw new InvalidOperationException($"{operation}: the operands belong to different graphs.");
            graph = owner;
        }
        if (graph is null)
            throw new InvalidOperationException($"{operation}: no operand belongs to a graph.");
        graph.ThrowIfEnded();
        return graph;
    }

    /// <summary>Takes memory for a tensor; its contents are undefined.</summary>
    internal Tensor New(Shape shape, ElementType type = ElementType.Float32, bool requiresGradient = false)
    {
        ThrowIfEnded();
        var bytes = shape.ElementCount * type.ByteSize();
        var block = Rent(bytes);
        return new Tensor(this, shape, type, block.View<byte>(bytes), requiresGradient && IsTraining) { Block = block };
    }

    /// <summary>Takes memory for a result that has a gradient where one of the operands has.</summary>
    internal Tensor Result(Shape shape, params ReadOnlySpan<Tensor?> operands) => Result(shape, ElementType.Float32, operands);

    /// <summary>The same for elements of any type.</summary>
    internal Tensor Result(Shape shape, ElementType type, params ReadOnlySpan<Tensor?> operands)
    {
        var requiresGradient = false;
        foreach (var operand in operands)
            requiresGradient |= operand is { RequiresGradient: true };
        return New(shape, type, requiresGradient && IsRecording);
    }

    /// <summary>Another view of a tensor's memory, with a gradient of its own.</summary>
    internal Tensor Alias(Tensor source, Shape shape, long offset, bool requiresGradient)
    {
        var size = source.ElementType.ByteSize();
        var memory = source.Memory.Part(offset * size, shape.ElementCount * size);
        return new Tensor(this, shape, source.ElementType, memory, requiresGradient && IsRecording) { Block = source.Block };
    }

    /// <summary>Takes memory that lives as long as the graph.</summary>
    internal ArrayView<float> Scratch(long length) => Rent(length * sizeof(float)).View<float>(length);

    /// <summary>Remembers an operation where one of its results has a gradient.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="operands">What it reads; null for what is absent.</param>
    /// <param name="results">What it made.</param>
    /// <param name="backward">
    /// Its rule, which reads the gradients that arrived at its results and adds to those of its operands. Without one, asking
    /// for a gradient through it is an error.
    /// </param>
    /// <param name="definition">What it computes, in float64.</param>
    internal void Remember(
        string operation, ReadOnlySpan<Tensor?> operands, ReadOnlySpan<Tensor> results, Action? backward, Definition definition)
    {
        if (ChecksFinite)
            CheckResults(operation, operands, results);
        var hasGradient = false;
        foreach (var result in results)
            hasGradient |= result.RequiresGradient;
        if (!hasGradient)
            return;
        foreach (var result in results)
            result.IsResult = true;
        _records.Add(new(operation, operands.ToArray(), results.ToArray(), backward, definition));
    }

    /// <summary>The gradient that has arrived at a tensor, to be read by the rule of the operation that made it.</summary>
    /// <returns>An empty view where none has.</returns>
    internal ArrayView<float> Arrived(Tensor tensor) =>
        _gradients.TryGetValue(tensor, out var gradient) ? gradient.Floats : default;

    /// <summary>Where a rule writes the gradient of an operand. The first write assigns, later ones add.</summary>
    internal GradientTarget Accumulate(Tensor tensor)
    {
        if (tensor is Parameter parameter)
        {
            var isFirst = !parameter.HasGradient;
            if (isFirst)
                Kernels.Repeat(parameter.MarkGradient);
            return new(parameter.Gradient!.Floats, !isFirst);
        }
        if (_gradients.TryGetValue(tensor, out var gradient))
            return new(gradient.Floats, true);
        gradient = New(tensor.Shape);
        _gradients.Add(tensor, gradient);
        return new(gradient.Floats, false);
    }

    /// <summary>Where a rule writes the gradient of a part of an operand; what lies beside the first part to arrive becomes 0.</summary>
    internal GradientTarget AccumulatePart(Tensor tensor, long offset, long length)
    {
        var target = Accumulate(tensor);
        if (length == target.Floats.Length)
            return target;
        if (!target.Adds)
            Kernels.Elementwise.Fill(target.Floats, 0f);
        return new(target.Floats.Part(offset, length), true);
    }

    internal Tensor? FindGradient(Tensor tensor) => tensor is { IsResult: true, RetainsGradient: false }
        ? throw new InvalidOperationException(
            $"The gradient of an intermediate tensor ({tensor}) is not kept: call RetainGradient on it before Backward.")
        : _gradients.GetValueOrDefault(tensor);

    private void WalkBack()
    {
        for (var i = _records.Count - 1; i >= 0; i--)
        {
            var record = _records[i];
            if (!record.Results.Any(_gradients.ContainsKey))
                continue;
            if (record.Backward is null)
                throw new InvalidOperationException($"Backward: operation {record.Operation} has no gradient.");
            record.Backward();
            if (ChecksFinite)
                CheckGradientsOf(record);
            foreach (var result in record.Results.Where(result => !result.RetainsGradient))
                Release(result);
        }
        _records.Clear();
    }

    // Gives the gradient of a tensor back that nothing will read any more.
    private void Release(Tensor tensor)
    {
        if (_gradients.Remove(tensor, out var gradient) && _blocks.Remove(gradient.Block!))
            gradient.Block!.Dispose();
    }

    private MemoryBlock Rent(long bytes)
    {
        var block = Device.Pool.Rent(bytes);
        _blocks.Add(block);
        return block;
    }

    private void Upload<T>(ReadOnlySpan<T> values, ArrayView<T> target)
        where T : unmanaged
    {
        if (Kernels.Recorder is null)
            target.CopyFromCPU(values);
        else
            Kernels.Upload(new Constant<T>(values.ToArray()), target);
    }

    private IHostSource<T> Source<T>(HostTensor values)
        where T : unmanaged => Step?.Batch.IndexOf(values) is { } index and >= 0
            ? new BatchSlot<T>(Step, index)
            : values.As<T>();
}
