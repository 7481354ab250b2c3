namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// The tensors of a model, open for reading, whether they lie in one safetensors file or in the shards of an index.
/// <see cref="Open"/> checks every file; data is touched only when it is read.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>What a model's only file is called on the Hub.</summary>
    public const string ModelFile = "model.safetensors";

    /// <summary>What the index of a sharded model is called on the Hub.</summary>
    public const string IndexFile = ModelFile + IndexSuffix;

    internal const string IndexSuffix = ".index.json";

    private readonly Dictionary<string, SafeTensorsFile> _fileOf = [];
    private readonly OrderedDictionary<string, TensorEntry> _tensors = [];
    private readonly List<SafeTensorsFile> _files = [];

    private Checkpoint(string path) => Path = path;

    /// <summary>The safetensors file, or the index of the shards.</summary>
    public string Path { get; }

    /// <summary>Whether the tensors lie in the shards of an index.</summary>
    public bool IsSharded => IsIndex(Path);

    /// <summary>The safetensors files: one, or the shards in ordinal order of their names.</summary>
    public IReadOnlyList<SafeTensorsFile> Files => _files;

    /// <summary>All tensors by name, file by file in the order of their data.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => _tensors;

    /// <summary>What the file, or the index, says about itself.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Opens a safetensors file, the index of a sharded checkpoint, or a folder that holds either.</summary>
    /// <param name="path">
    /// The file or folder. Of a folder, <see cref="ModelFile"/> is taken, else <see cref="IndexFile"/>, else the only safetensors file.
    /// </param>
    /// <exception cref="CheckpointException">
    /// There is no such file, one cannot be read or breaks a rule of its format, or index and shards do not hold the same tensors.
    /// </exception>
    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var checkpoint = new Checkpoint(Directory.Exists(path) ? FindIn(path) : path);
        try
        {
            if (checkpoint.IsSharded)
            {
                checkpoint.AddShards(ShardIndex.Read(checkpoint.Path));
            }
            else
            {
                var file = checkpoint.OpenFile(checkpoint.Path);
                checkpoint.Add(file);
                checkpoint.Metadata = file.Metadata;
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The file that holds a tensor, to read it from.</summary>
    /// <exception cref="CheckpointException">None does.</exception>
    public SafeTensorsFile FileOf(string name) =>
        _fileOf.TryGetValue(name, out var file) ? file : throw new CheckpointException(Path, name, "is not in this checkpoint");

    /// <inheritdoc cref="SafeTensorsFile.ReadFloats(string)"/>
    public float[] ReadFloats(string name) => FileOf(name).ReadFloats(name);

    /// <inheritdoc cref="SafeTensorsFile.ReadInts(string)"/>
    public long[] ReadInts(string name) => FileOf(name).ReadInts(name);

    /// <summary>Closes the files; later reads throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    internal static bool IsIndex(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static string FindIn(string folder)
    {
        foreach (var name in new[] { ModelFile, IndexFile })
        {
            var path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "*.safetensors");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CheckpointException.Unreadable(folder, e);
        }

        return files switch
        {
            [var only] => only,
            [] => throw new CheckpointException(folder, "the folder holds no *.safetensors file"),
            _ => throw new CheckpointException(folder,
                $"the folder holds {files.Length} *.safetensors files, and neither {ModelFile} nor {IndexFile}"),
        };
    }

    private void AddShards(ShardIndex index)
    {
        var folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        foreach (var shard in index.Shards)
        {
            var file = OpenFile(System.IO.Path.Combine(folder, shard));
            if (file.Tensors.Keys.FirstOrDefault(name => index.ShardOf.GetValueOrDefault(name) != shard) is { } stray)
            {
                throw new CheckpointException(file.Path, stray, "the index does not place it in this shard");
            }

            Add(file);
        }

        if (index.ShardOf.FirstOrDefault(pair => !_fileOf.ContainsKey(pair.Key)) is { Key: { } missing, Value: { } place })
        {
            throw new CheckpointException(Path, missing, $"is not in its shard '{place}'");
        }

        Metadata = index.Metadata;
    }

    private SafeTensorsFile OpenFile(string path)
    {
        var file = SafeTensorsFile.Open(path);
        _files.Add(file);
        return file;
    }

    private void Add(SafeTensorsFile file)
    {
        foreach (var (name, entry) in file.Tensors)
        {
            _fileOf.Add(name, file);
            _tensors.Add(name, entry);
        }
    }
}
