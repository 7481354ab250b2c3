using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Keys and values that are kept.</summary>
public sealed class KeyValueCacheTests
{
    private const int Width = 4, Heads = 2;

    [Test]
    public void Tokens_AttendAsTheyDoAllAtOnce()
    {
        using var device = Device.Open();
        using var cache = new KeyValueCache(device, layers: 1, batch: 2, capacity: 6, Width);
        var values = Enumerable.Range(0, 2 * 5 * 3 * Width).Select(i => MathF.Sin(i * i)).ToArray();
        using var graph = device.BeginGraph(isTraining: false);
        var qkv = graph.Input(values, [2, 5, 3 * Width]);
        var whole = qkv.SelfAttention(Heads, new() { IsCausal = true }).Output.ToArray();
        cache.Write(0, qkv.Slice(1, ..3).Slice(2, Width..), graph.Input([0, 0], [2])); // a prompt of three tokens, then one by one
        for (var t = 3; t < 5; t++)
        {
            var token = qkv.Slice(1, t, 1);
            var all = cache.Write(0, token.Slice(2, Width..), graph.Input([t, t], [2]));
            var options = new AttentionOptions { Lengths = graph.Input([t + 1, t + 1], [2]) };
            var seen = token.Slice(2, ..Width).CrossAttention(all, Heads, options).Output.ToArray();
            for (var b = 0; b < 2; b++)
                Assert.That(seen[(b * Width)..((b + 1) * Width)], Is.EqualTo(whole[((b * 5 + t) * Width)..][..Width]).Within(1e-6f));
        }
    }

    [Test]
    public void Reorder_GoesOnFromOtherRows()
    {
        using var device = Device.Open();
        using var cache = new KeyValueCache(device, layers: 2, batch: 3, capacity: 1, width: 1);
        using var graph = device.BeginGraph(isTraining: false);
        var first = graph.Input([0, 0, 0], [3]);
        cache.Write(0, graph.Input([1f, 2f, 3f, 4f, 5f, 6f], [3, 1, 2]), first);
        var second = cache.Write(1, graph.Input([10f, 20f, 30f, 40f, 50f, 60f], [3, 1, 2]), first);
        cache.Reorder(graph.Input([2, 0, 2], [3]));
        Assert.That(second.ToArray(), Is.EqualTo(new[] { 50f, 60f, 10f, 20f, 50f, 60f }));
    }
}
