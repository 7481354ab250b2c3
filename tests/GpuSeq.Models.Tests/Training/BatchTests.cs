using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.Training;

/// <summary>The order of examples, and batches that are read ahead.</summary>
public sealed class BatchTests
{
    [Test]
    public void Order_TakesEveryExampleOnceAnEpochAndDependsOnTheSeed([Values] bool hasLengths)
    {
        var lengths = hasLengths ? Enumerable.Range(0, 1003).Select(i => i * 7 % 50).ToArray() : null;
        var order = new EpochOrder(1003, 10, seed: 5, lengths);
        var again = new EpochOrder(1003, 10, seed: 5, lengths);
        var other = new EpochOrder(1003, 10, seed: 6, lengths);
        Assert.Multiple(() =>
        {
            Assert.That(order.Batches, Is.EqualTo(101));
            for (var epoch = 0; epoch < 3; epoch++)
                Assert.That(Epoch(order, epoch).Order(), Is.EqualTo(Enumerable.Range(0, 1003)), $"epoch {epoch}");
            Assert.That(Epoch(again, 2), Is.EqualTo(Epoch(order, 2)), "without the epochs before");
            Assert.That(Epoch(order, 1), Is.Not.EqualTo(Epoch(order, 0)));
            Assert.That(Epoch(other, 0), Is.Not.EqualTo(Epoch(order, 0)));
        });
    }

    [Test]
    public void Order_PutsExamplesOfOneLengthTogether()
    {
        var lengths = Enumerable.Range(0, 2000).Select(i => i * 31 % 100).ToArray();
        var order = new EpochOrder(2000, 20, seed: 1, lengths);
        var spread = Enumerable.Range(0, order.Batches).Average(index =>
        {
            var batch = order[0, index].ToArray().Select(example => lengths[example]).ToArray();
            return batch.Max() - batch.Min();
        });
        Assert.That(spread, Is.LessThan(5), "of lengths up to 100");
    }

    [Test]
    public void Reader_HandsBatchesOutInOrderFromAnyPlace()
    {
        using var reader = new BatchReader(new Counting(), first: 4);
        var seen = Enumerable.Range(0, 5).Select(_ =>
        {
            var (batch, items) = reader.Next();
            return (batch[0].Ints[0], batch[0].Ints[1], items);
        });
        Assert.That(seen, Is.EqualTo(new[] { (1, 1, 2), (1, 2, 2), (2, 0, 2), (2, 1, 2), (2, 2, 2) }));
    }

    [Test]
    public void Reader_KeepsABatchUntilTheNextOneIsAskedFor()
    {
        using var reader = new BatchReader(new Counting(), first: 0);
        for (var i = 0; i < 50; i++)
        {
            var (batch, _) = reader.Next();
            var before = batch[0].Ints.ToArray();
            Thread.Yield();
            Assert.That(batch[0].Ints.ToArray(), Is.EqualTo(before));
        }
    }

    [Test]
    public void Reader_ThrowsWhereTheDataCannotBeRead()
    {
        using var reader = new BatchReader(new Counting { BadEpoch = 1 }, first: 0);
        for (var i = 0; i < 3; i++)
            reader.Next();
        Assert.That(() => reader.Next(), Throws.TypeOf<DataException>().With.Message.Contains("numbers.txt"));
    }

    private static int[] Epoch(EpochOrder order, int epoch) =>
        [.. Enumerable.Range(0, order.Batches).SelectMany(index => order[epoch, index].ToArray())];

    private sealed class Counting : IBatchSource
    {
        public int BadEpoch { get; init; } = -1;

        public int BatchesPerEpoch => 3;

        public Batch NewBatch() => new(ElementType.Int32);

        public int Read(int epoch, int index, Batch batch)
        {
            if (epoch == BadEpoch)
                throw new DataException("numbers.txt", "it is gone");
            batch[0].Set([epoch, index], [2]);
            return 2;
        }
    }
}
