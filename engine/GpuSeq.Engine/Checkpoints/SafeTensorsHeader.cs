using System.Text.Json;
using System.Text.Unicode;

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
        if (json.IsEmpty || json[0] != '{')
        {
            throw new CheckpointException(file, "the header does not begin with '{': not a safetensors file");
        }

        if (!Utf8.IsValid(json))
        {
            throw new CheckpointException(file, "the header is not valid UTF-8");
        }

        var dataStart = PrefixBytes + json.Length;
        var parser = new Parser(file, json, dataStart, fileLength - dataStart);
        try
        {
            parser.ReadAll();
        }
        catch (JsonException e)
        {
            throw new CheckpointException(file, $"the header is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws on an escape that is half a surrogate pair.
            throw new CheckpointException(file, "the header holds text that is not valid Unicode", e);
        }

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
        private Utf8JsonReader _reader = new(json);

        public Dictionary<string, TensorEntry> Tensors { get; } = [];

        public OrderedDictionary<string, string>? Metadata { get; private set; }

        public void ReadAll()
        {
            _reader.Read();
            while (NextName(out var name))
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

            _reader.Read(); // throws where more than white space follows
        }

        private void ReadMetadata()
        {
            Metadata = [];
            Expect(JsonTokenType.StartObject, MetadataKey, "is not an object");
            while (NextName(out var key))
            {
                Expect(JsonTokenType.String, MetadataKey, $"the value of '{key}' is not a string");
                if (!Metadata.TryAdd(key, _reader.GetString()!))
                {
                    throw new CheckpointException(file, MetadataKey, $"holds '{key}' twice");
                }
            }
        }

        private void ReadTensor(string name)
        {
            string? code = null;
            List<long>? shape = null;
            List<long>? range = null;
            Expect(JsonTokenType.StartObject, name, "is not an object");
            while (NextName(out var field))
            {
                var twice = false;
                switch (field)
                {
                    case "dtype":
                        twice = code is not null;
                        Expect(JsonTokenType.String, name, "dtype is not a string");
                        code = _reader.GetString();
                        break;
                    case "shape":
                        twice = shape is not null;
                        shape = ReadNumbers(name, field, HighestRank);
                        break;
                    case "data_offsets":
                        twice = range is not null;
                        range = ReadNumbers(name, field, 2);
                        break;
                    default:
                        _reader.Skip(); // later versions of the format may say more
                        break;
                }

                Require(!twice, name, $"{field} is given twice");
            }

            Require(code is not null, name, "has no dtype");
            Require(shape is not null, name, "has no shape");
            Require(range is { Count: 2 }, name, "data_offsets are not two numbers");
            Require(ElementTypes.TryParse(code, out var type), name, $"the element type {code} is not known");
            var entry = new TensorEntry(name, type, [.. shape!], dataStart + range![0], range[1] - range[0]);
            Require(range[0] <= range[1] && range[1] <= dataLength, name,
                $"data_offsets [{range[0]}, {range[1]}] are not a range inside the data section of {dataLength} bytes");
            Require(TryCountBytes(shape!, type, out var bytes), name, $"{entry} has more elements than a file can hold");
            Require(bytes == entry.ByteLength, name, $"{entry} takes {bytes} bytes, data_offsets span {entry.ByteLength}");
            Require(Tensors.TryAdd(name, entry), name, "is named twice");
        }

        private List<long> ReadNumbers(string name, string field, int most)
        {
            var numbers = new List<long>();
            Expect(JsonTokenType.StartArray, name, $"{field} is not an array");
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                Require(_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var number) && number >= 0, name,
                    $"{field} holds what is not a whole number from 0 on");
                Require(numbers.Count < most, name, $"{field} holds more than {most} numbers");
                numbers.Add(_reader.GetInt64());
            }

            return numbers;
        }

        private bool NextName(out string name)
        {
            _reader.Read();
            var found = _reader.TokenType == JsonTokenType.PropertyName;
            name = found ? _reader.GetString()! : "";
            return found;
        }

        private void Expect(JsonTokenType token, string name, string fault)
        {
            _reader.Read();
            Require(_reader.TokenType == token, name, fault);
        }

        private readonly void Require(bool condition, string name, string fault)
        {
            if (!condition)
            {
                throw new CheckpointException(file, name, fault);
            }
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
