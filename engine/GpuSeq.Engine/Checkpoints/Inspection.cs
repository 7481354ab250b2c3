namespace GpuSeq.Engine.Checkpoints;

/// <summary>How the finite values of a tensor are spread.</summary>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">The root of their mean squared distance from the mean.</param>
public sealed record TensorStatistics(double Minimum, double Maximum, double Mean, double StandardDeviation);

/// <summary>A tensor of a file, looked at.</summary>
/// <param name="Entry">Its name, type, shape and place.</param>
/// <param name="NonFinite">The number of infinities and NaN in it; 0 for a type that is not read as floats.</param>
/// <param name="Statistics">Of its finite values; null where there are none, or the type is not read as floats.</param>
public sealed record TensorInspection(TensorEntry Entry, long NonFinite, TensorStatistics? Statistics);

/// <summary>A safetensors file, or all the shards of an index, looked at.</summary>
/// <param name="Path">The path of the file or index.</param>
/// <param name="Shards">The paths of the shards; empty for a single file.</param>
/// <param name="Metadata">What the file or index says about itself.</param>
/// <param name="Tensors">The tensors in the order of their data, shard after shard.</param>
public sealed record FileInspection(
    string Path, IReadOnlyList<string> Shards, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<TensorInspection> Tensors);

/// <summary>What a checkpoint holds: one safetensors file or index, or all of a folder.</summary>
/// <param name="Path">The file or folder that was asked for.</param>
/// <param name="Files">The safetensors files and indexes by name, in ordinal order. Shards are shown by their index alone.</param>
/// <param name="Companions">Names of the well-known files beside them: configuration, tokenizer, log. Empty for a single file.</param>
public sealed record Inspection(string Path, IReadOnlyList<FileInspection> Files, IReadOnlyList<string> Companions)
{
    private const int ChunkElements = 1 << 16;

    // What the Hub keeps beside a model, then what a training run adds.
    private static readonly string[] KnownCompanions =
    [
        "config.json", "generation_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "vocab.txt", "merges.txt",
        "metrics.jsonl", "report.html",
    ];

    /// <summary>All tensors of all files.</summary>
    public IEnumerable<TensorInspection> Tensors => Files.SelectMany(file => file.Tensors);

    /// <summary>The number of elements of all tensors of floats: a model's parameters, without its tables of integers and masks.</summary>
    public long Parameters => Tensors.Where(t => t.Entry.ElementType.IsFloat()).Sum(t => t.Entry.ElementCount);

    /// <summary>Bytes of all tensors; the headers are not counted.</summary>
    public long Bytes => Tensors.Sum(t => t.Entry.ByteLength);

    /// <summary>Looks at a safetensors file, at an index and its shards, or at all of a folder (not of the folders inside it).</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="cancellation">Stops the reading of a large checkpoint.</param>
    /// <exception cref="CheckpointException">There is no such file, none in the folder, or one that is malformed.</exception>
    public static Inspection Of(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return new Inspection(path, [OfFile(path, cancellation)], []);
        }

        var indexes = Directory.GetFiles(path, "*.safetensors" + Checkpoint.IndexSuffix)
            .Select(index => OfFile(index, cancellation)).ToArray();
        var shards = indexes.SelectMany(index => index.Shards).Select(System.IO.Path.GetFullPath).ToHashSet();
        var singles = Directory.GetFiles(path, "*.safetensors")
            .Where(file => !shards.Contains(System.IO.Path.GetFullPath(file))).Select(file => OfFile(file, cancellation));
        FileInspection[] files = [.. indexes.Concat(singles).OrderBy(file => file.Path, StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new CheckpointException(path, "the folder holds no *.safetensors file");
        }

        var companions = KnownCompanions.Where(name => File.Exists(System.IO.Path.Combine(path, name)));
        return new Inspection(path, files, [.. companions]);
    }

    private static FileInspection OfFile(string path, CancellationToken cancellation)
    {
        using var checkpoint = Checkpoint.Open(path);
        var buffer = new float[ChunkElements];
        var tensors = checkpoint.Tensors.Values
            .Select(entry => OfTensor(checkpoint.FileOf(entry.Name), entry, buffer, cancellation)).ToArray();
        IEnumerable<string> shards = checkpoint.IsSharded ? checkpoint.Files.Select(file => file.Path) : [];
        return new FileInspection(path, [.. shards], checkpoint.Metadata, tensors);
    }

    private static TensorInspection OfTensor(SafeTensorsFile file, TensorEntry entry, float[] buffer, CancellationToken cancellation)
    {
        if (!SafeTensorsFile.IsReadAsFloats(entry.ElementType))
        {
            return new TensorInspection(entry, 0, null);
        }

        var spread = new Spread();
        for (var start = 0L; start < entry.ElementCount; start += buffer.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.ElementCount - start));
            file.ReadFloats(entry.Name, start, chunk);
            spread.Add(chunk);
        }

        return new TensorInspection(entry, entry.ElementCount - spread.Count, spread.Result);
    }

    // Two passes over each chunk and exact merging (Chan, Golub, LeVeque 1979): a large mean does not drown a small deviation.
    private struct Spread()
    {
        private double _minimum = double.PositiveInfinity;
        private double _maximum = double.NegativeInfinity;
        private double _mean;
        private double _squares; // sum of squared distances from the mean

        public long Count { get; private set; }

        public readonly TensorStatistics? Result =>
            Count == 0 ? null : new TensorStatistics(_minimum, _maximum, _mean, Math.Sqrt(_squares / Count));

        public void Add(ReadOnlySpan<float> chunk)
        {
            var (count, sum) = (0L, 0.0);
            foreach (var value in chunk)
            {
                if (float.IsFinite(value))
                {
                    count++;
                    sum += value;
                    _minimum = Math.Min(_minimum, value);
                    _maximum = Math.Max(_maximum, value);
                }
            }

            if (count == 0)
            {
                return;
            }

            var (mean, squares) = (sum / count, 0.0);
            foreach (var value in chunk)
            {
                if (float.IsFinite(value))
                {
                    squares += (value - mean) * (value - mean);
                }
            }

            var total = Count + count;
            var distance = mean - _mean;
            _squares += squares + (distance * distance * Count * count / total);
            _mean += distance * count / total;
            Count = total;
        }
    }
}
