using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuSeq.Engine.Checkpoints;

/// <summary>
/// Writes a checkpoint into a folder as the Hub lays it out: <c>model.safetensors</c>, or where that would be too large,
/// <c>model-00001-of-00003.safetensors</c> and so on with <c>model.safetensors.index.json</c>.
/// </summary>
/// <remarks>
/// The folder holds the old checkpoint until the new one is whole. One rename makes the change, that of the index or of the only
/// file; no shard of the old checkpoint is touched before it. So where the old index names the very files that the new one would,
/// the new ones are called <c>model.2-00001-of-00003.safetensors</c>, and the time after that <c>model-...</c> again. What the old
/// checkpoint, or a process that was killed, left in files of such names is removed at the end.
/// </remarks>
public static partial class ShardedWriter
{
    private const string Stem = "model";

    /// <summary>Writes tensors into a folder, in place of the checkpoint that may be there.</summary>
    /// <param name="folder">The folder; it exists.</param>
    /// <param name="tensors">The tensors, in the order in which they fill the shards.</param>
    /// <param name="maximalShardBytes">Bytes of tensors that a file holds at most. A tensor that is larger has a file of its own.</param>
    /// <param name="metadata">What the checkpoint shall say about itself, in every file.</param>
    /// <exception cref="CheckpointException">As for <see cref="SafeTensorsWriter.Write"/>.</exception>
    public static void Write(
        string folder, IEnumerable<TensorData> tensors, long maximalShardBytes, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximalShardBytes);
        TensorData[] all = [.. tensors];
        var index = Path.Combine(folder, Checkpoint.IndexFile);
        var only = Path.Combine(folder, Checkpoint.ModelFile);
        SafeTensorsWriter.RequireUsableNames(index, all);
        var shards = Divide(all, maximalShardBytes);
        if (shards.Count <= 1)
        {
            SafeTensorsWriter.Write(only, all, metadata);
            RemoveOld(folder, index, []);
            return;
        }

        var names = FreeNames(index, shards.Count);
        var shardOf = new OrderedDictionary<string, string>();
        foreach (var (name, shard) in names.Zip(shards))
        {
            SafeTensorsWriter.Write(Path.Combine(folder, name), shard, metadata);
            shard.ForEach(tensor => shardOf.Add(tensor.Name, name));
        }

        new ShardIndex(shardOf, new(metadata ?? new Dictionary<string, string>())).Write(index, all.Sum(tensor => tensor.ByteLength));
        RemoveOld(folder, only, names);
    }

    // In the given order, each as full as it goes.
    private static List<List<TensorData>> Divide(TensorData[] tensors, long maximalShardBytes)
    {
        var shards = new List<List<TensorData>>();
        var room = 0L;
        foreach (var tensor in tensors)
        {
            if (shards.Count == 0 || tensor.ByteLength > room)
            {
                shards.Add([]);
                room = maximalShardBytes;
            }

            shards[^1].Add(tensor);
            room -= tensor.ByteLength;
        }

        return shards;
    }

    private static string[] FreeNames(string index, int count)
    {
        var taken = File.Exists(index) ? ShardIndex.Read(index).Shards.ToHashSet() : [];
        for (var turn = 1; ; turn++)
        {
            var stem = turn == 1 ? Stem : string.Create(CultureInfo.InvariantCulture, $"{Stem}.{turn}");
            string[] names = [.. Enumerable.Range(1, count).Select(i => $"{stem}-{i:00000}-of-{count:00000}.safetensors")];
            if (!names.Any(taken.Contains))
            {
                return names;
            }
        }
    }

    // The other way to lay out a checkpoint goes first: without its index, or beside the one file, a shard is read by nobody.
    private static void RemoveOld(string folder, string otherLayout, string[] kept)
    {
        try
        {
            File.Delete(otherLayout);
            FolderFlush.Flush(folder);
            foreach (var path in Directory.EnumerateFiles(folder, Stem + "*"))
            {
                var name = Path.GetFileName(path);
                if (LeftOverName().IsMatch(name) && !kept.Contains(name))
                {
                    File.Delete(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(folder, $"the new checkpoint is there, but the old one cannot be removed: {e.Message}", e);
        }
    }

    [GeneratedRegex(
        @"^model((\.\d+)?-\d{5,}-of-\d{5,}\.safetensors(\.tmp)?|\.safetensors(\.index\.json)?\.tmp)$", RegexOptions.CultureInvariant)]
    private static partial Regex LeftOverName();
}
