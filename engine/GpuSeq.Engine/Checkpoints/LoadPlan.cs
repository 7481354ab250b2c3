namespace GpuSeq.Engine.Checkpoints;

/// <summary>Finds for each tensor of a model the one of a checkpoint that it is read from, before anything is read.</summary>
internal sealed class LoadPlan
{
    private readonly Checkpoint _checkpoint;
    private readonly LoadOptions _options;

    /// <summary>Compares a checkpoint and a model.</summary>
    /// <exception cref="LoadException">They differ, and the options do not allow it.</exception>
    /// <exception cref="CheckpointException">A tensor is of a type that is not read into the model's, or two have one name.</exception>
    internal LoadPlan(Checkpoint checkpoint, (string Name, Tensor Tensor)[] tensors, LoadOptions options)
    {
        (_checkpoint, _options) = (checkpoint, options);
        var inFile = ByModelName();
        var matches = tensors.Where(tensor => inFile.ContainsKey(tensor.Name))
            .Select(tensor => (tensor.Name, tensor.Tensor, Entry: inFile[tensor.Name]))
            .ToLookup(match => TensorFiles.HaveSameShape(match.Entry, match.Tensor));
        var inModel = tensors.Select(tensor => tensor.Name).ToHashSet();
        Report = new LoadReport(
            checkpoint.Path,
            [.. matches[true].Select(match => match.Name)],
            [.. tensors.Where(tensor => !inFile.ContainsKey(tensor.Name))
                .Select(tensor => new TensorDifference(tensor.Name, null, tensor.Tensor.Shape))],
            [.. inFile.Where(pair => !inModel.Contains(pair.Key))
                .Select(pair => new TensorDifference(pair.Value.Name, pair.Value.Shape, null))],
            [.. matches[false].Select(match => new TensorDifference(match.Name, match.Entry.Shape, match.Tensor.Shape))]);
        if (!IsAllowed(Report))
        {
            throw new LoadException(Report);
        }

        Matches = [.. matches[true].Select(match => (match.Entry.Name, match.Tensor))];
        foreach (var (name, tensor) in Matches)
        {
            RequireReadable(name, tensor);
        }
    }

    /// <summary>What fits and what does not.</summary>
    internal LoadReport Report { get; }

    /// <summary>The name in the checkpoint of each tensor that is to be read.</summary>
    internal IReadOnlyList<(string NameInFile, Tensor Tensor)> Matches { get; }

    private OrderedDictionary<string, TensorEntry> ByModelName()
    {
        var entries = new OrderedDictionary<string, TensorEntry>();
        foreach (var entry in _checkpoint.Tensors.Values)
        {
            var name = _options.Rename is { } rename ? rename(entry.Name) : entry.Name;
            if (name is not null && !entries.TryAdd(name, entry))
            {
                throw new CheckpointException(
                    _checkpoint.Path, entry.Name, $"and '{entries[name].Name}' both stand for the model's '{name}'");
            }
        }

        return entries;
    }

    private bool IsAllowed(LoadReport report) =>
        (_options.AllowMissing || report.Missing.All(MayDiffer))
        && (_options.AllowUnexpected || report.Unexpected.Count == 0)
        && (_options.AllowMismatched || report.Mismatched.All(MayDiffer));

    private bool MayDiffer(TensorDifference difference) => _options.MayDiffer?.Invoke(difference.Name) == true;

    private void RequireReadable(string name, Tensor tensor)
    {
        var file = _checkpoint.FileOf(name);
        _ = tensor.ElementType == ElementType.Int32 ? file.FindInts(name) : file.FindFloats(name);
    }
}
