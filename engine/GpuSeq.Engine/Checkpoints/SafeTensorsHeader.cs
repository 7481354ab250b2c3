using System.Text.Json;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file: <c>{"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}</c>, and
/// under <c>__metadata__</c> a map of strings. Offsets count from the end of the header.
/// Source: https://github.com/huggingface/safetensors, section Format.
/// </summary>
internal static class SafeTensorsHeader
{
    /// <summary>Bytes of the header's length, a little-endian unsigned integer, at the begin of the file.</summary>
    internal const int PrefixBytes = 8;

    /// <summary>The format's own limit, in bytes.</summary>
    internal const int LongestHeader = 100_000_000;

    internal const string MetadataKey = "__metadata__";

    // What PyTorch and NumPy hold at most. It bounds what a hostile header can make us allocate.
    private const int HighestRank = 64;

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The path, for messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <returns>The tensors in the order of their data, and the metadata.</returns>
    internal static (OrderedDictionary<string, TensorEntry> Tensors, OrderedDictionary<string, string> Metadata) Parse(
        string file, ReadOnlySpan<byte> json, long fileLength)
    {
        var dataStart = PrefixBytes + json.Length;
        var parser = new Parser(file, json, dataStart, fileLength - dataStart);
        parser.ReadAll();
        return (InDataOrder(file, parser.Tensors, dataStart, fileLength), parser.Metadata ?? []);
    }

    // The data section is covered without holes and without overlaps: nothing can hide in it, nothing is read twice.
    private static OrderedDictionary<string, TensorEntry> InDataOrder(
        string file, Dictionary<string, TensorEntry> tensors, long dataStart, long fileLength)
    {
        var ordered = new OrderedDictionary<string, TensorEntry>(tensors.Count);
        var reached = dataStart;
        foreach (var entry in tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength))
        {
            if (entry.Offset != reached)
            {
                var fault = entry.Offset > reached ? "leaves a hole before it" : "overlaps the tensor before it";
                throw new CheckpointException(file, entry.Name,
                    $"its data {fault}: begins at {entry.Offset - dataStart}, not {reached - dataStart}");
            }

            reached += entry.ByteLength;
            ordered.Add(entry.Name, entry);
        }

        return reached == fileLength
            ? ordered
            : throw new CheckpointException(file,
                $"the tensors cover {reached - dataStart} bytes of data, the file holds {fileLength - dataStart}");
    }

    private ref struct Parser(string file, ReadOnlySpan<byte> json, long dataStart, long dataLength)
    {
        private CheckpointJson _json = new(file, "the header", json);

        public Dictionary<string, TensorEntry> Tensors { get; } = [];

        public OrderedDictionary<string, string>? Metadata { get; private set; }

        public void ReadAll()
        {
            while (_json.NextName(out var name))
            {
                if (name != MetadataKey)
                {
                    ReadTensor(name);
                }
                else if (Metadata is null)
                {
                    ReadMetadata();
                }
                else
                {
                    throw new CheckpointException(file, $"the header holds {MetadataKey} twice");
                }
            }

            _json.Read(); // throws where more than white space follows
        }

        private void ReadMetadata()
        {
            Metadata = [];
            _json.NextIs(JsonTokenType.StartObject, MetadataKey, "is not an object");
            while (_json.NextName(out var key))
            {
                _json.NextIs(JsonTokenType.String, MetadataKey, $"the value of '{key}' is not a string");
                _json.Require(Metadata.TryAdd(key, _json.Text()), MetadataKey, $"holds '{key}' twice");
            }
        }

        private void ReadTensor(string name)
        {
            string? code = null;
            List<long>? shape = null;
            List<long>? range = null;
            _json.NextIs(JsonTokenType.StartObject, name, "is not an object");
            while (_json.NextName(out var field))
            {
                var twice = false;
                switch (field)
                {
                    case "dtype":
                        twice = code is not null;
                        _json.NextIs(JsonTokenType.String, name, "dtype is not a string");
                        code = _json.Text();
                        break;
                    case "shape":
                        twice = shape is not null;
                        shape = _json.NextNumbers(name, field, HighestRank);
                        break;
                    case "data_offsets":
                        twice = range is not null;
                        range = _json.NextNumbers(name, field, 2);
                        break;
                    default:
                        _json.Skip(); // later versions of the format may say more
                        break;
                }

                _json.Require(!twice, name, $"{field} is given twice");
            }

            _json.Require(code is not null, name, "has no dtype");
            _json.Require(shape is not null, name, "has no shape");
            _json.Require(range is { Count: 2 }, name, "data_offsets are not two numbers");
            Add(name, code!, shape!, range![0], range[1]);
        }

        private readonly void Add(string name, string code, List<long> shape, long begin, long end)
        {
            _json.Require(ElementTypes.TryParse(code, out var type), name, $"the element type {code} is not known");
            var entry = new TensorEntry(name, type, [.. shape], dataStart + begin, end - begin);
            _json.Require(begin <= end && end <= dataLength, name,
                $"data_offsets [{begin}, {end}] are not a range inside the data section of {dataLength} bytes");
            _json.Require(TryCountBytes(shape, type, out var bytes), name, $"{entry} has more elements than a file can hold");
            _json.Require(bytes == entry.ByteLength, name, $"{entry} takes {bytes} bytes, data_offsets span {entry.ByteLength}");
            _json.Require(Tensors.TryAdd(name, entry), name, "is named twice");
        }

        private static bool TryCountBytes(List<long> shape, ElementType type, out long bytes)
        {
            try
            {
                bytes = shape.Aggregate((long)type.ByteSize(), (product, extent) => checked(product * extent));
                return true;
            }
            catch (OverflowException)
            {
                bytes = 0;
                return false;
            }
        }
    }
}
