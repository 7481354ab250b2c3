using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// The index of a sharded checkpoint: <c>{"metadata": {"total_size": BYTES}, "weight_map": {"TENSOR": "FILE", ...}}</c>. Files are
/// named relative to the index, and none lies outside its folder.
/// Source: https://huggingface.co/docs/transformers/big_models, section Shard metadata.
/// </summary>
/// <param name="ShardOf">The file of each tensor.</param>
/// <param name="Metadata">What the index says about the checkpoint; numbers are kept as they are written.</param>
internal sealed record ShardIndex(
    OrderedDictionary<string, string> ShardOf, OrderedDictionary<string, string> Metadata)
{
    internal const string TotalSizeKey = "total_size";

    private const string MetadataKey = "metadata";
    private const string WeightMapKey = "weight_map";

    // What file systems hold at most. It bounds the paths, and so the messages, that a hostile index can make.
    private const int LongestFileName = 255;

    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // names are read by people, not by browsers
    };

    /// <summary>The files that the index names.</summary>
    internal IEnumerable<string> Shards => ShardOf.Values.Distinct().Order(StringComparer.Ordinal);

    /// <summary>Reads and checks an index; the files that it names are not looked at.</summary>
    /// <exception cref="CheckpointException">There is no such file, or it is malformed.</exception>
    internal static ShardIndex Read(string path)
    {
        var json = new CheckpointJson(path, "the index", ReadBytes(path));
        OrderedDictionary<string, string>? shardOf = null;
        OrderedDictionary<string, string>? metadata = null;
        while (json.NextName(out var field))
        {
            switch (field)
            {
                case WeightMapKey when shardOf is null:
                    shardOf = ReadWeightMap(path, ref json);
                    break;
                case MetadataKey when metadata is null:
                    metadata = ReadMetadata(path, ref json);
                    break;
                case WeightMapKey or MetadataKey:
                    throw new CheckpointException(path, $"the index holds {field} twice");
                default:
                    json.Skip();
                    break;
            }
        }

        json.Read(); // throws where more than white space follows
        return shardOf is not null
            ? new ShardIndex(shardOf, metadata ?? [])
            : throw new CheckpointException(path, $"the index holds no {WeightMapKey}: not the index of a sharded checkpoint");
    }

    /// <summary>Writes the index, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="totalSize">Bytes of all tensors.</param>
    internal void Write(string path, long totalSize) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, Layout);
        json.WriteStartObject();
        json.WriteStartObject(MetadataKey);
        foreach (var (key, value) in Metadata.Where(pair => pair.Key != TotalSizeKey).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteNumber(TotalSizeKey, totalSize);
        json.WriteEndObject();
        json.WriteStartObject(WeightMapKey);
        foreach (var (tensor, shard) in ShardOf.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(tensor, shard);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    // Longer than a header need not be: both hold the names of the tensors.
    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (stream.Length > SafeTensorsHeader.LongestHeader)
            {
                throw new CheckpointException(path,
                    $"an index of {stream.Length} bytes is more than the allowed {SafeTensorsHeader.LongestHeader}");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CheckpointException.Unreadable(path, e);
        }
    }

    private static OrderedDictionary<string, string> ReadMetadata(string path, ref CheckpointJson json)
    {
        var metadata = new OrderedDictionary<string, string>();
        json.NextIs(JsonTokenType.StartObject, MetadataKey, "is not an object");
        while (json.NextName(out var key))
        {
            if (json.NextScalar() is { } value && !metadata.TryAdd(key, value))
            {
                throw new CheckpointException(path, $"{MetadataKey} holds '{key}' twice");
            }
        }

        return metadata;
    }

    private static OrderedDictionary<string, string> ReadWeightMap(string path, ref CheckpointJson json)
    {
        var shardOf = new OrderedDictionary<string, string>();
        json.NextIs(JsonTokenType.StartObject, WeightMapKey, "is not an object");
        while (json.NextName(out var tensor))
        {
            json.NextIs(JsonTokenType.String, tensor, "its shard is not a string");
            var shard = json.Text();
            json.Require(IsInsideFolder(shard), tensor, $"its shard '{shard}' is not the name of a file in the index's folder");
            json.Require(shardOf.TryAdd(tensor, shard), tensor, "is named twice");
        }

        return shardOf.Count > 0 ? shardOf : throw new CheckpointException(path, $"{WeightMapKey} names no tensor");
    }

    // The rule is the same on every system, so that a checkpoint is good everywhere or nowhere: parts divided by '/', none of which
    // leads up or to another root, nothing that Windows takes for a drive, a stream or a divider.
    private static bool IsInsideFolder(string shard) =>
        shard.Length <= LongestFileName
        && !shard.Any(character => character is '\\' or ':' || char.IsControl(character))
        && shard.Split('/').All(part => part is not ("" or "." or ".."));
}
