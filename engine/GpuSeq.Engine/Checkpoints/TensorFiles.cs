using System.Buffers;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Reads and writes tensors of a device as safetensors files. They pass through a small buffer, part by part: neither a model nor
/// a file is ever copied as a whole into the program's memory.
/// </summary>
public static class TensorFiles
{
    private const int PartElements = 1 << 16;

    /// <summary>What the Hub's loaders want a file to say about itself.</summary>
    public static IReadOnlyDictionary<string, string> HubMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes the values of all parameters under their names.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(string path, ParameterSet parameters, IReadOnlyDictionary<string, string>? metadata = null) =>
        Save(path, Named(parameters), metadata);

    /// <summary>Writes tensors of float32 or int32.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        SafeTensorsWriter.Write(path, tensors.Select(tensor => Data(tensor.Name, tensor.Tensor)), metadata);
    }

    /// <summary>
    /// Writes the values of all parameters into a folder, in shards where they are too large for one; see <see cref="ShardedWriter"/>.
    /// </summary>
    /// <exception cref="CheckpointException">A file cannot be written.</exception>
    public static void SaveSharded(
        string folder, ParameterSet parameters, long maximalShardBytes, IReadOnlyDictionary<string, string>? metadata = null) =>
        ShardedWriter.Write(folder, Named(parameters).Select(tensor => Data(tensor.Name, tensor.Tensor)), maximalShardBytes, metadata);

    /// <summary>Reads the values of all parameters by their names.</summary>
    /// <param name="path">A safetensors file, the index of a sharded checkpoint, or a folder that holds either.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">What may differ; without it nothing may.</param>
    /// <returns>What was loaded, and the differences that were allowed.</returns>
    /// <exception cref="LoadException">Checkpoint and model differ, and the options do not allow it. Nothing was loaded.</exception>
    /// <exception cref="CheckpointException">A file is not what it should be.</exception>
    public static LoadReport Load(string path, ParameterSet parameters, LoadOptions? options = null)
    {
        using var checkpoint = Checkpoint.Open(path);
        return Load(checkpoint, parameters, options);
    }

    /// <inheritdoc cref="Load(string, ParameterSet, LoadOptions?)"/>
    /// <param name="checkpoint">Where they are read from.</param>
    /// <param name="parameters">The parameters. Where none was used yet, first values are drawn only of those that are not read.</param>
    /// <param name="options">What may differ; without it nothing may.</param>
    public static LoadReport Load(Checkpoint checkpoint, ParameterSet parameters, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var plan = new LoadPlan(checkpoint, [.. Named(parameters)], options ?? new());
        parameters.TakeValues(plan.Matches.Select(match => match.Tensor).ToHashSet());
        Read(plan, checkpoint);
        return plan.Report;
    }

    /// <summary>Reads tensors of float32 or int32 by their names.</summary>
    /// <inheritdoc cref="Load(string, ParameterSet, LoadOptions?)"/>
    /// <param name="checkpoint">Where they are read from.</param>
    /// <param name="tensors">The tensors and their names.</param>
    /// <param name="options">What may differ; without it nothing may.</param>
    public static LoadReport Load(
        Checkpoint checkpoint, IEnumerable<(string Name, Tensor Tensor)> tensors, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(tensors);
        var plan = new LoadPlan(checkpoint, [.. tensors], options ?? new());
        Read(plan, checkpoint);
        return plan.Report;
    }

    /// <summary>
    /// Reads one tensor: of float32 from F32, F16 or BF16, of int32 from I64, I32, U8 or BOOL.
    /// </summary>
    /// <exception cref="CheckpointException">It is missing, of another shape or type, or an integer does not fit into 32 bits.</exception>
    public static void ReadInto(SafeTensorsFile file, string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(tensor);
        var entry = file.Find(name);
        if (!HaveSameShape(entry, tensor))
        {
            throw new CheckpointException(
                file.Path, name, $"the tensor has the shape [{string.Join(", ", entry.Shape)}], the model wants {tensor.Shape}");
        }
        if (tensor.ElementType == ElementType.Int32)
        {
            InParts(tensor.Ints, (begin, view, part) =>
            {
                file.ReadInts(name, begin, part);
                view.CopyFromCPU(part);
            });
            return;
        }
        InParts(tensor.Floats, (begin, view, part) =>
        {
            file.ReadFloats(name, begin, part);
            view.CopyFromCPU(part);
        });
    }

    internal static bool HaveSameShape(TensorEntry entry, Tensor tensor) =>
        entry.Shape.SequenceEqual(tensor.Shape.Select(size => (long)size));

    private static void Read(LoadPlan plan, Checkpoint checkpoint)
    {
        foreach (var (nameInFile, tensor) in plan.Matches)
            ReadInto(checkpoint.FileOf(nameInFile), nameInFile, tensor);
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Named(ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Parameters.Select(parameter => (parameter.Name, (Tensor)parameter));
    }

    // Read from the device when the file is written.
    private static TensorData Data(string name, Tensor tensor) => TensorData.Deferred(
        name, tensor.ElementType, [.. tensor.Shape.Select(size => (long)size)], stream =>
        {
            if (tensor.ElementType == ElementType.Int32)
                Write(tensor.Ints, stream);
            else
                Write(tensor.Floats, stream);
        });

    private static void Write<T>(ArrayView<T> values, Stream stream)
        where T : unmanaged => InParts(values, (_, view, part) =>
        {
            view.CopyToCPU(part);
            stream.Write(MemoryMarshal.AsBytes(part));
        });

    // Gives the transfer each part of the values: its first index, its view, and as much of a buffer.
    private static void InParts<T>(ArrayView<T> values, Action<long, ArrayView<T>, Span<T>> transfer)
        where T : unmanaged
    {
        var buffer = ArrayPool<T>.Shared.Rent((int)Math.Min(PartElements, values.Length));
        try
        {
            for (long begin = 0; begin < values.Length; begin += PartElements)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(PartElements, values.Length - begin));
                transfer(begin, values.SubView(begin, part.Length), part);
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }
}
