namespace GpuSeq.Models.Tests.Pretraining;

/// <summary>Batches of a pre-training.</summary>
public sealed class PretrainingBatchesTests
{
    private static readonly PretrainingRun Run = new() { Length = 48, VocabSize = 300 };
    private static readonly PretrainingCorpus Corpus = PretrainingCorpus.Read(Run, BertConfig.Bert);

    [Test]
    public void Batch_HoldsWhatItsExamplesAre()
    {
        var batches = Batches(Run);
        var batch = batches.NewBatch();
        var (shapes, special) = (new HashSet<string>(), Corpus.Encoder.Special);
        for (var index = 0; index < batches.BatchesPerEpoch; index++)
        {
            var pieces = batches.Read(0, index, batch);
            shapes.Add($"{batch[PretrainingBatches.Ids].Shape}{batch[PretrainingBatches.Places].Shape}");
            var (ids, originals, sources) = (Of(PretrainingBatches.Ids), Of(PretrainingBatches.Originals), Of(PretrainingBatches.Sources));
            var (places, labels) = (Of(PretrainingBatches.Places), Of(PretrainingBatches.Labels));
            int[] table = [.. originals, .. labels];
            for (var i = 0; i < ids.Length; i++)
            {
                Assert.That(table[sources[i]], Is.EqualTo(originals[i]), "foretold pieces stand where they were");
                if (sources[i] == i)
                    Assert.That(ids[i], Is.EqualTo(originals[i]));
            }
            var most = labels.Length / batch[PretrainingBatches.Ids].Shape[0];
            foreach (var (row, ofRow) in places.Chunk(1 + most).Index())
            {
                Assert.That(ofRow[0], Is.EqualTo(row * batch[PretrainingBatches.Ids].Shape[1]), "the first token comes first");
                foreach (var (place, label) in ofRow[1..].Zip(labels[(row * most)..]))
                    Assert.That(label == PretrainingBatches.Ignored || originals[place] == label);
            }
            Assert.That(originals.Count(id => id != special.Padding), Is.EqualTo(pieces));
            Assert.That(batch[PretrainingBatches.Lengths].Ints.ToArray().Sum(), Is.EqualTo(pieces));
            Assert.That(sources.Count(source => source >= ids.Length), Is.EqualTo(labels.Count(label => label >= 0)));
        }
        Assert.That(shapes, Has.Count.LessThanOrEqualTo(16), "so that steps are recorded");

        int[] Of(int tensor) => batch[tensor].Ints.ToArray();
    }

    [Test]
    public void Batch_DependsOnEpochAndPlaceAlone()
    {
        var (one, other) = (Batches(Run), Batches(Run));
        var (first, second) = (one.NewBatch(), one.NewBatch());
        one.Read(0, 0, first);
        one.Read(3, 2, first);
        other.Read(3, 2, second);
        for (var tensor = 0; tensor < first.Count; tensor++)
            Assert.That(second[tensor].Ints.ToArray(), Is.EqualTo(first[tensor].Ints.ToArray()));
    }

    [TestCase(0, 4)] // dynamic: a new one in every epoch
    [TestCase(1, 1)] // static
    [TestCase(2, 2)] // as BERT's duplicates
    public void Masks_AreAsManyAsThereAreVersions(int versions, int expected)
    {
        var batches = Batches(Run with { Versions = versions });
        var seen = Enumerable.Range(0, 4).Select(Examples).ToArray();
        Assert.That(seen.Distinct().Count(), Is.EqualTo(expected));

        // All rows of an epoch, in an order of their own.
        string Examples(int epoch)
        {
            var (batch, rows) = (batches.NewBatch(), new List<string>());
            for (var index = 0; index < batches.BatchesPerEpoch; index++)
            {
                batches.Read(epoch, index, batch);
                var width = batch[PretrainingBatches.Ids].Shape[1];
                foreach (var (row, length) in batch[PretrainingBatches.Lengths].Ints.ToArray().Index())
                    rows.Add(string.Join(' ', batch[PretrainingBatches.Ids].Ints.Slice(row * width, length).ToArray()));
            }
            return string.Join('\n', rows.Order(StringComparer.Ordinal));
        }
    }

    private static PretrainingBatches Batches(PretrainingRun run) =>
        PretrainingBatches.ToLearn(new() { VocabSize = 300 }, Corpus, run, new() { Batch = 16, Seed = 5 });
}
