using System.Globalization;
using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>
/// Saves one checkpoint after another until it is killed, and says the number of each once it is saved:
/// <c>dotnet GpuSeq.Engine.Tests.dll FOLDER FIRST-NUMBER</c>.
/// </summary>
internal static class SavingProgram
{
    private const int TensorCount = 6;
    private const int ElementsOfTensor = 50_000;
    private const int BytesOfTensor = ElementsOfTensor * sizeof(float);

    // Shards that checkpoints have one after the other: more, fewer, as many as before, and a single file.
    private static readonly int[] ShardCounts = [3, 3, 1, 2, 2, 6, 1, 1];

    public static void Main(string[] args)
    {
        for (var number = int.Parse(args[1], CultureInfo.InvariantCulture); ; number++)
        {
            Save(args[0], number);
            Console.WriteLine(number);
        }
    }

    /// <summary>Saves a checkpoint all of whose elements are its number.</summary>
    public static void Save(string folder, int number)
    {
        var values = Enumerable.Repeat((float)number, ElementsOfTensor).ToArray();
        var tensors = Enumerable.Range(0, TensorCount).Select(i => TensorData.FromFloats($"tensor{i}", [ElementsOfTensor], values));
        var shards = ShardCounts[number % ShardCounts.Length];
        ShardedWriter.Write(folder, tensors, TensorCount / shards * BytesOfTensor);
    }

    /// <summary>The number of the checkpoint in a folder.</summary>
    public static int Load(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        Assert.That(checkpoint.Tensors, Has.Count.EqualTo(TensorCount));
        var numbers = checkpoint.Tensors.Keys.SelectMany(checkpoint.ReadFloats).Distinct().ToArray();
        Assert.That(numbers, Has.Length.EqualTo(1), "it is made of parts of several");
        return (int)numbers[0];
    }
}
