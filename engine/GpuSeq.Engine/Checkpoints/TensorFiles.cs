using System.Runtime.InteropServices;
using ILGPU.Runtime;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>Reads and writes tensors of a device as safetensors files.</summary>
public static class TensorFiles
{
    private const int ChunkElements = 1 << 20;

    /// <summary>Writes the values of all parameters under their names.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(string path, ParameterSet parameters, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Save(path, parameters.Parameters.Select(parameter => (parameter.Name, (Tensor)parameter)), metadata);
    }

    /// <summary>Writes tensors of float32.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        SafeTensorsWriter.Write(path, tensors.Select(tensor => Data(tensor.Name, tensor.Tensor)), metadata);
    }

    /// <summary>Reads the values of all parameters by their names.</summary>
    /// <exception cref="CheckpointException">The file is not what it should be, or a tensor is missing, unknown or of another shape.</exception>
    public static void Load(string path, ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var file = SafeTensorsFile.Open(path);
        foreach (var parameter in parameters.Parameters)
            ReadInto(file, parameter.Name, parameter);
        if (file.Tensors.Keys.FirstOrDefault(name => parameters.Find(name) is null) is { } unknown)
            throw new CheckpointException(path, unknown, "the model has no parameter of this name");
    }

    /// <summary>Reads one tensor of float32.</summary>
    /// <exception cref="CheckpointException">It is missing or of another shape.</exception>
    public static void ReadInto(SafeTensorsFile file, string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(tensor);
        var entry = file.Find(name);
        if (!entry.Shape.SequenceEqual(tensor.Shape.Select(size => (long)size)))
        {
            throw new CheckpointException(
                file.Path, name, $"the tensor has the shape [{string.Join(", ", entry.Shape)}], the model wants {tensor.Shape}");
        }
        var values = tensor.Floats;
        var chunk = new float[Math.Min(ChunkElements, values.Length)];
        for (long begin = 0; begin < values.Length; begin += chunk.Length)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, values.Length - begin));
            file.ReadFloats(name, begin, part);
            values.SubView(begin, part.Length).CopyFromCPU(part);
        }
    }

    // Read from the device when the file is written, piece by piece.
    private static TensorData Data(string name, Tensor tensor) => TensorData.Deferred(
        name, ElementType.Float32, [.. tensor.Shape.Select(size => (long)size)], stream =>
        {
            var values = tensor.Floats;
            var chunk = new float[Math.Min(ChunkElements, values.Length)];
            for (long begin = 0; begin < values.Length; begin += chunk.Length)
            {
                var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, values.Length - begin));
                values.SubView(begin, part.Length).CopyToCPU(part);
                stream.Write(MemoryMarshal.AsBytes(part));
            }
        });
}
