namespace GpuSeq.Engine;

public sealed partial class Graph
{
    private int _gradientPauses;

    /// <summary>Whether operations are recorded at this moment.</summary>
    internal bool IsRecording => IsTraining && _gradientPauses == 0;

    /// <summary>
    /// Begins a scope in which nothing is recorded and no result has a gradient; dropout still drops. Scopes may lie inside each
    /// other.
    /// </summary>
    /// <returns>What ends the scope when it is disposed.</returns>
    public IDisposable NoGradient() => new GradientPause(this);

    /// <summary>
    /// Runs <see cref="Backward"/>, and holds the gradients that it adds against central differences of the loss, which is
    /// computed anew, in float64, from the recorded operations' definitions.
    /// </summary>
    /// <param name="loss">One number that this graph computed.</param>
    /// <param name="tensors">Parameters and other tensors with a gradient that the loss depends on.</param>
    /// <returns>Where they differ most.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="Backward"/>, or a tensor has no gradient.</exception>
    public GradientReport CheckGradients(Tensor loss, params ReadOnlySpan<Tensor> tensors) => CheckGradients(loss, tensors, new());

    /// <inheritdoc cref="CheckGradients(Tensor, ReadOnlySpan{Tensor})"/>
    /// <param name="loss">One number that this graph computed.</param>
    /// <param name="tensors">Parameters and other tensors with a gradient that the loss depends on.</param>
    /// <param name="options">How many elements, and how exactly.</param>
    public GradientReport CheckGradients(Tensor loss, ReadOnlySpan<Tensor> tensors, GradientCheckOptions options)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfEnded();
        var computation = new Recomputation(_records, loss);
        var before = new float[tensors.Length][];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i].RetainGradient();
            before[i] = tensors[i].Gradient?.ToArray() ?? new float[tensors[i].Shape.ElementCount];
        }
        Backward(loss);
        var gradients = new double[tensors.Length][];
        for (var i = 0; i < tensors.Length; i++)
        {
            var after = tensors[i].Gradient?.ToArray() ?? before[i];
            gradients[i] = [.. after.Zip(before[i], (sum, old) => (double)sum - old)];
        }
        return GradientReport.Compare(computation, options, tensors, gradients);
    }

    private sealed class GradientPause : IDisposable
    {
        private Graph? _graph;

        public GradientPause(Graph graph)
        {
            graph._gradientPauses++;
            _graph = graph;
        }

        public void Dispose()
        {
            if (_graph is null)
                return;
            _graph._gradientPauses--;
            _graph = null;
        }
    }
}
