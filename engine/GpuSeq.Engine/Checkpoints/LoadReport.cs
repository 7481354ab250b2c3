using System.Collections.Immutable;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>A tensor that is not the same in a checkpoint and in a model.</summary>
/// <param name="Name">Its name in the model; for one that the model has not, in the checkpoint.</param>
/// <param name="InFile">Its shape in the checkpoint; null where it is missing there.</param>
/// <param name="InModel">Its shape in the model; null where the model has none of that name.</param>
public sealed record TensorDifference(string Name, ImmutableArray<long>? InFile, Shape? InModel);

/// <summary>What came of loading a checkpoint into a model.</summary>
/// <param name="Path">The safetensors file, or the index of the shards.</param>
/// <param name="Loaded">Names, in the model, of the tensors that were read.</param>
/// <param name="Missing">Tensors of the model that the checkpoint has not.</param>
/// <param name="Unexpected">Tensors of the checkpoint that the model has not.</param>
/// <param name="Mismatched">Tensors whose shapes differ.</param>
public sealed record LoadReport(
    string Path, IReadOnlyList<string> Loaded, IReadOnlyList<TensorDifference> Missing, IReadOnlyList<TensorDifference> Unexpected,
    IReadOnlyList<TensorDifference> Mismatched)
{
    // Rows of each kind; a model of another family would fill pages.
    private const int MostRows = 20;

    /// <summary>Whether checkpoint and model hold the same tensors.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Mismatched.Count == 0;

    /// <summary>The numbers in one line: <c>2 missing, 1 unexpected, 0 of another shape, 197 that fit</c>.</summary>
    public string Summary =>
        $"{Missing.Count} missing, {Unexpected.Count} unexpected, {Mismatched.Count} of another shape, {Loaded.Count} that fit";

    /// <summary>The differences as a table for people, a line for each; empty where there are none.</summary>
    public override string ToString()
    {
        if (IsComplete)
        {
            return "";
        }

        (string Name, string File, string Model)[] rows =
            [("TENSOR", "IN THE FILE", "IN THE MODEL"), .. Rows(Missing), .. Rows(Unexpected), .. Rows(Mismatched)];
        var (nameWidth, fileWidth) = (rows.Max(row => row.Name.Length), rows.Max(row => row.File.Length));
        var lines = rows.Select(row => $"{row.Name.PadRight(nameWidth)}  {row.File.PadRight(fileWidth)}  {row.Model}".TrimEnd());
        return string.Join('\n', lines);
    }

    private static IEnumerable<(string Name, string File, string Model)> Rows(IReadOnlyList<TensorDifference> differences)
    {
        foreach (var (name, inFile, inModel) in differences.Take(MostRows))
        {
            var file = inFile is { } shape ? $"[{string.Join(", ", shape)}]" : "missing";
            yield return (CheckpointException.OneLine(name), file, inModel?.ToString() ?? "unexpected");
        }

        if (differences.Count > MostRows)
        {
            yield return ($"... and {differences.Count - MostRows} more", "", "");
        }
    }
}
