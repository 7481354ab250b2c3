using System.Collections;

namespace GpuSeq.Engine;

/// <summary>What one step learns from: host tensors in a fixed order, such as token ids and targets.</summary>
public sealed class Batch : IReadOnlyList<HostTensor>
{
    private readonly HostTensor[] _tensors;

    /// <summary>A batch of empty tensors.</summary>
    /// <param name="elementTypes">What each holds.</param>
    public Batch(params ReadOnlySpan<ElementType> elementTypes)
    {
        _tensors = new HostTensor[elementTypes.Length];
        for (var i = 0; i < _tensors.Length; i++)
            _tensors[i] = new(elementTypes[i]);
    }

    /// <inheritdoc/>
    public int Count => _tensors.Length;

    /// <summary>A tensor of the batch.</summary>
    public HostTensor this[int index] => _tensors[index];

    /// <inheritdoc/>
    public IEnumerator<HostTensor> GetEnumerator() => ((IEnumerable<HostTensor>)_tensors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _tensors.GetEnumerator();

    internal int IndexOf(HostTensor tensor) => Array.IndexOf(_tensors, tensor);

    internal Shape[] Shapes() => Array.ConvertAll(_tensors, tensor => tensor.Shape);

    internal bool HasShapes(Shape[] shapes)
    {
        if (shapes.Length != _tensors.Length)
            return false;
        for (var i = 0; i < shapes.Length; i++)
        {
            if (!shapes[i].Equals(_tensors[i].Shape))
                return false;
        }
        return true;
    }
}
