using System.Text;
using System.Text.Json;

namespace GpuSeq.Tests;

/// <summary>
/// The tensors of a safetensors file, read by plain loops. It shares no code with the engine's reader, so that each checks the other.
/// </summary>
public sealed class FixtureTensors
{
    private readonly string _file;
    private readonly Dictionary<string, FixtureTensor> _tensors;

    private FixtureTensors(string file, Dictionary<string, FixtureTensor> tensors) => (_file, _tensors) = (file, tensors);

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public FixtureTensor this[string name] =>
        _tensors.TryGetValue(name, out var tensor) ? tensor : throw new KeyNotFoundException($"{_file} holds no tensor '{name}'");

    public static FixtureTensors Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var dataStart = 8 + (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes[8..dataStart]));
        var tensors = new Dictionary<string, FixtureTensor>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var range = entry.Value.GetProperty("data_offsets");
            tensors.Add(entry.Name, new FixtureTensor(
                entry.Value.GetProperty("dtype").GetString()!,
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())],
                bytes[(dataStart + range[0].GetInt32())..(dataStart + range[1].GetInt32())]));
        }

        return new FixtureTensors(file, tensors);
    }

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The tensors below a prefix by the rest of their name: <c>Under("param/")</c> gives <c>weight_ih_l0</c> and so on.</summary>
    public IReadOnlyDictionary<string, FixtureTensor> Under(string prefix) => _tensors
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
}

/// <summary>One tensor: its type as the file names it, its shape, and its values row-major.</summary>
public sealed record FixtureTensor(string Type, int[] Shape, byte[] Bytes)
{
    public int Count => Shape.Aggregate(1, (product, extent) => product * extent);

    public float[] Floats => Convert((at, i) => Type == "F32" ? BitConverter.ToSingle(at, 4 * i) : throw Unexpected());

    public double[] Doubles => Convert((at, i) => Type switch
    {
        "F32" => BitConverter.ToSingle(at, 4 * i),
        "F64" => BitConverter.ToDouble(at, 8 * i),
        _ => throw Unexpected(),
    });

    public long[] Longs => Convert((at, i) => Type switch
    {
        "I64" => BitConverter.ToInt64(at, 8 * i),
        "I32" => BitConverter.ToInt32(at, 4 * i),
        "U8" or "BOOL" => at[i],
        _ => throw Unexpected(),
    });

    public int[] Ints => Array.ConvertAll(Longs, value => checked((int)value));

    private T[] Convert<T>(Func<byte[], int, T> element) => [.. Enumerable.Range(0, Count).Select(i => element(Bytes, i))];

    private InvalidDataException Unexpected() => new($"a tensor of type {Type} is not what the test asks for");
}
