using GpuSeq.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// The exponential moving average of a set's parameters (Polyak and Juditsky 1992; Tarvainen and Valpola 2017), which often
/// measures better than the parameters themselves: average += (1 - decay) (parameter - average) after every step.
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly MemoryBlock _block;
    private readonly ArrayView<float> _average;
    private bool _isApplied;

    /// <summary>An average that begins with the parameters as they are.</summary>
    /// <param name="parameters">What is averaged.</param>
    /// <param name="decay">The share of the average that an update keeps.</param>
    public WeightAverage(ParameterSet parameters, double decay = 0.999)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(decay is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "WeightAverage: the decay is from 0 to 1, exclusively.");
        _parameters = parameters;
        Decay = decay;
        _block = parameters.Device.Pool.Rent(parameters.Length * sizeof(float));
        _average = _block.View<float>(parameters.Length);
        parameters.AllValues.CopyTo(_average);
    }

    /// <summary>The share of the average that an update keeps, once it is warm.</summary>
    public double Decay { get; }

    /// <summary>Whether the first updates keep less, min(decay, (1 + n) / (10 + n)), so that the first values are soon forgotten.</summary>
    public bool IsWarmedUp { get; init; } = true;

    /// <summary>Updates that were made.</summary>
    public int Updates { get; private set; }

    /// <summary>The average by parameter, as files hold it: under the parameter's name, with its shape.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        from parameter in _parameters.Parameters
        select (parameter.Name, new Tensor(
            null, parameter.Shape, ElementType.Float32, parameter.Slice(_average).Cast<byte>(), requiresGradient: false));

    /// <summary>Takes the parameters in, in one launch.</summary>
    /// <exception cref="InvalidOperationException">The average stands in the place of the parameters.</exception>
    public void Update()
    {
        ThrowIfApplied();
        var decay = IsWarmedUp ? Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates)) : Decay;
        _parameters.Device.Kernels.Optimizers.Average(_parameters.AllValues, _average, (float)(1 - decay));
        Updates++;
    }

    /// <summary>Continues after updates that were made before, with the average that they left in <see cref="State"/>.</summary>
    public void Resume(int updates) => Updates = updates;

    /// <summary>Puts the average in the place of the parameters until what it returns is disposed; meanwhile nothing may be trained.</summary>
    /// <exception cref="InvalidOperationException">It stands there already.</exception>
    public IDisposable Apply()
    {
        ThrowIfApplied();
        Exchange();
        return new Application(this);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _block.Dispose();

    private void Exchange()
    {
        _isApplied = !_isApplied;
        _parameters.Device.Kernels.Optimizers.Exchange(_parameters.AllValues, _average);
    }

    private void ThrowIfApplied()
    {
        if (_isApplied)
            throw new InvalidOperationException("WeightAverage: the average stands in the place of the parameters.");
    }

    private sealed class Application(WeightAverage average) : IDisposable
    {
        private bool _hasEnded;

        public void Dispose()
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            average.Exchange();
        }
    }
}
