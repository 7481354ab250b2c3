namespace GpuSeq.Engine;

/// <summary>A loss computed anew in float64, from the definitions of the operations that led to it.</summary>
internal sealed class Recomputation
{
    private readonly List<OperationRecord> _records = [];
    private readonly Dictionary<Tensor, double[]> _values = new(ReferenceEqualityComparer.Instance);
    private readonly Tensor _loss;

    /// <summary>Computes the loss. What no recorded operation made is taken as it is.</summary>
    /// <param name="records">The operations, in their order.</param>
    /// <param name="loss">What one of them made.</param>
    public Recomputation(IReadOnlyList<OperationRecord> records, Tensor loss)
    {
        _loss = loss;
        var needed = new HashSet<Tensor>(ReferenceEqualityComparer.Instance) { loss };
        foreach (var record in records.Reverse().Where(record => record.Results.Any(needed.Contains)))
        {
            _records.Add(record);
            needed.UnionWith(record.Operands.OfType<Tensor>());
        }
        _records.Reverse();
        foreach (var record in _records)
            Compute(record, _values);
        _values.TryAdd(loss, Read(loss));
    }

    /// <summary>The loss.</summary>
    public double Loss => _values[_loss][0];

    /// <summary>The loss as it would be if one element of a tensor were another.</summary>
    public double LossWith(Tensor tensor, int element, double change)
    {
        if (!_values.TryGetValue(tensor, out var values))
            return Loss;
        var changed = new Dictionary<Tensor, double[]>(ReferenceEqualityComparer.Instance) { [tensor] = [.. values] };
        changed[tensor][element] += change;
        foreach (var record in _records)
        {
            if (record.Operands.Any(operand => operand is not null && changed.ContainsKey(operand)))
                Compute(record, changed);
        }
        return changed.GetValueOrDefault(_loss, _values[_loss])[0];
    }

    /// <summary>The values of a tensor that the loss depends on.</summary>
    public double[] Values(Tensor tensor) => _values[tensor];

    private void Compute(OperationRecord record, Dictionary<Tensor, double[]> values)
    {
        var operands = Array.ConvertAll(record.Operands, operand => operand is null ? [] : ValuesOf(operand, values));
        var results = record.Definition(operands);
        for (var i = 0; i < results.Length; i++)
            values[record.Results[i]] = results[i];
    }

    private double[] ValuesOf(Tensor tensor, Dictionary<Tensor, double[]> changed)
    {
        if (changed.TryGetValue(tensor, out var values))
            return values;
        if (!_values.TryGetValue(tensor, out values))
            _values.Add(tensor, values = Read(tensor));
        return values;
    }

    private static double[] Read(Tensor tensor) => tensor.ElementType == ElementType.Int32
        ? Array.ConvertAll(tensor.ToIntArray(), value => (double)value)
        : Array.ConvertAll(tensor.ToArray(), value => (double)value);
}
