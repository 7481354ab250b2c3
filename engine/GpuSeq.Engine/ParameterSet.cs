using GpuSeq.Kernels;
using GpuSeq.Kernels.Recording;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine;

/// <summary>
/// The parameters of a model, side by side in one piece of device memory and their gradients in another, so that one launch
/// updates them all. Parameters are added first; the memory is taken, and the first values are drawn, when one is first used.
/// </summary>
public sealed partial class ParameterSet : IDisposable
{
    private const int Alignment = 16; // elements: every parameter begins on a cache line

    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Parameter> _byName = [];
    private readonly RandomStream _random;
    private MemoryBlock? _values;
    private MemoryBlock? _gradients;
    private ArrayView<float> _allValues;
    private ArrayView<float> _allGradients;

    /// <summary>An empty set.</summary>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="seed">Of the first values.</param>
    public ParameterSet(Device device, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        _random = new RandomStream(seed);
    }

    /// <summary>Where the parameters live.</summary>
    public Device Device { get; }

    /// <summary>The parameters in the order in which they were added.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The number of elements of all parameters.</summary>
    public long Count => _parameters.Sum(parameter => parameter.Shape.ElementCount);

    /// <summary>Elements of the memory, gaps between the parameters included.</summary>
    internal long Length { get; private set; }

    /// <summary>Raised by whatever changes which launches a step makes, such as a parameter that is frozen.</summary>
    internal int Version { get; private set; }

    /// <summary>All values, gaps included. The gaps are zero and stay so.</summary>
    internal ArrayView<float> AllValues
    {
        get
        {
            ThrowIfNarrowed();
            TakeValues();
            return _allValues;
        }
    }

    /// <summary>The gradients, gaps included, whatever they hold.</summary>
    internal ArrayView<float> GradientMemory
    {
        get
        {
            TakeGradients();
            return _allGradients;
        }
    }

    /// <summary>
    /// All gradients, gaps included; those that no backward pass has written are zero, and those of frozen parameters anything.
    /// </summary>
    internal ArrayView<float> AllGradients
    {
        get
        {
            foreach (var parameter in _parameters)
            {
                if (!parameter.HasGradient && !parameter.IsFrozen)
                    parameter.ClearUnwritten();
            }
            return GradientMemory;
        }
    }

    /// <summary>Adds a parameter.</summary>
    /// <param name="name">Unique in the set.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">How its first values are drawn.</param>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    /// <exception cref="InvalidOperationException">A parameter was used already.</exception>
    public Parameter Add(string name, Shape shape, Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (_values is not null)
            throw new InvalidOperationException($"Parameter {name} cannot be added: the set is in use.");
        var parameter = new Parameter(this, name, shape, initializer, Length);
        if (!_byName.TryAdd(name, parameter))
            throw new ArgumentException($"There are two parameters named {name}.", nameof(name));
        _parameters.Add(parameter);
        Length += (shape.ElementCount + Alignment - 1) / Alignment * Alignment;
        return parameter;
    }

    /// <summary>Finds a parameter.</summary>
    /// <returns>Null where there is none of that name.</returns>
    public Parameter? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Forgets all gradients; the next backward pass writes them anew instead of adding to them.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in _parameters)
            parameter.ForgetGradient();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _values?.Dispose();
        _gradients?.Dispose();
        _values = _gradients = null;
    }

    internal void RaiseVersion()
    {
        Version++;
        Device.Version++;
    }

    internal void TakeValues()
    {
        if (_values is null)
            TakeValues(new HashSet<Tensor>());
    }

    /// <summary>Takes the memory, where it is not taken yet.</summary>
    /// <param name="assigned">Parameters whose first values are not drawn, because others are put in their place at once.</param>
    internal void TakeValues(IReadOnlySet<Tensor> assigned)
    {
        if (_values is not null)
            return;
        _values = Take(out _allValues);
        foreach (var parameter in _parameters)
            parameter.PlaceValues(_allValues.Cast<byte>());
        Device.Kernels.Unrecorded(() => Initialize(assigned));
    }

    // A parameter that is not drawn takes its random calls all the same, so that the others are as they would be.
    private void Initialize(IReadOnlySet<Tensor> assigned)
    {
        ClearGaps();
        foreach (var parameter in _parameters)
        {
            if (assigned.Contains(parameter))
                _random.Skip(parameter.Initializer.RandomCalls);
            else
                parameter.Initializer.Fill(Device, parameter, _random);
        }
    }

    private void ClearGaps()
    {
        foreach (var (parameter, next) in _parameters.Zip(_parameters.Skip(1).Select(parameter => parameter.Offset).Append(Length)))
        {
            var end = parameter.Offset + parameter.Shape.ElementCount;
            if (end < next)
                Device.Kernels.Elementwise.Fill(_allValues.Part(end, next - end), 0f);
        }
    }

    internal void TakeGradients()
    {
        if (_gradients is not null)
            return;
        ThrowIfNarrowed();
        _gradients = Take(out _allGradients);
        _allGradients.MemSetToZero();
        foreach (var parameter in _parameters)
            parameter.PlaceGradients(_allGradients.Cast<byte>());
    }

    private MemoryBlock Take(out ArrayView<float> all)
    {
        var block = Device.Rent(Length * sizeof(float));
        all = block.View<float>(Length);
        return block;
    }
}
