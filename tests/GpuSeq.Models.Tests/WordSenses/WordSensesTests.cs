using GpuSeq.Engine;

namespace GpuSeq.Models.Tests.WordSenses;

/// <summary>Words of several senses, by one vector for a word and by one for each occurrence.</summary>
public sealed class WordSensesTests
{
    [TestCase("bank", "The Bank is old .", 4)]
    [TestCase("bank", "banks and a bank", 12)]
    [TestCase("bank", "embankment", null)]
    [TestCase("new york", "in New York , they say", 3)]
    public void Word_IsFoundAsAWordOfItsOwn(string word, string text, int? start) =>
        Assert.That(new SenseSentence(word, "", text).Start, Is.EqualTo(start));

    [Test]
    public void BuiltInSentences_AreNotLearnedWhereTheyAreCompared()
    {
        var data = SenseData.Read(null);
        Assert.Multiple(() =>
        {
            Assert.That(data.Words, Is.EqualTo(new[] { "bank", "bat", "spring", "bark", "match", "crane" }));
            Assert.That(data.Compared.CountBy(sentence => (sentence.Word, sentence.Sense)).Select(own => own.Value), Has.Exactly(12).EqualTo(16));
            Assert.That(data.Learned, Has.Count.EqualTo(12 * 48));
            Assert.That(data.Compared.Select(sentence => sentence.Text).Intersect(data.Learned.Select(sentence => sentence.Text)), Is.Empty);
            Assert.That(data.Compared.Concat(data.Learned).Select(sentence => sentence.Start), Has.None.Null);
        });
    }

    [TestCase("bank\triver\tthe bank\nbank\triver\ta bank\n", "only the sense 'river'")]
    [TestCase("bank\triver\tthe bank\nbank\triver\ta bank\nbank\tmoney\tthe bank\n", "only one sentence of the sense 'money'")]
    [TestCase("bank\triver\tthe shore\n", "line 2: the word 'bank' does not stand")]
    [TestCase("bank\triver\n", "line 2 has 2 cells")]
    public void BrokenTable_IsRefused(string rows, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("senses.tsv", $"word\tsense\tsentence\n{rows}");
        Assert.That(() => SenseData.Read(path), Throws.TypeOf<DataException>().With.Message.Contains("senses.tsv").And.Message.Contains(reason));
    }

    [Test]
    public void Cosines_AreMeansOverPairs()
    {
        string[] senses = ["a", "a", "b", "b"];
        var parted = SenseCosines.Of([[1, 0], [2, 0], [0, 1], [3, 4]], senses);
        var one = SenseCosines.Of([[1, 2], [1, 2], [1, 2], [1, 2]], senses);
        Assert.Multiple(() =>
        {
            Assert.That(parted.Same, Is.EqualTo((1 + 0.8) / 2).Within(1e-9));
            Assert.That(parted.Other, Is.EqualTo((0 + 0.6) / 2).Within(1e-9));
            Assert.That(parted.Nearest, Is.EqualTo(1));
            Assert.That((one.Same, one.Other), Is.EqualTo((1.0, 1.0)).Within(1e-9));
            Assert.That(one.Nearest, Is.EqualTo(1 / 3.0).Within(1e-9), "of three that are equally near, one has the same sense");
        });
    }

    [Test]
    public void Comparison_OfTrainedModelsIsWritten()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var (data, run) = (SenseData.Read(null), new RunFolder(folder.Path));
        var options = new TrainingOptions { MaxSteps = 40, Epochs = 100, Batch = 16, LearningRate = 4e-3f, Optimizer = OptimizerKind.AdamW };
        var bert = SenseTraining.Bert(device, data, options);
        using (bert as IDisposable)
        using (var trainer = new Trainer(bert, options, new(folder.File("bert"))))
            trainer.Run();
        var own = SenseTraining.Word2VecOptions(options);
        using var words = SenseTraining.Word2Vec(device, data, own);
        using (var trainer = new Trainer(words, own, new(folder.File("word2vec"))))
            trainer.Run();
        new WordSensesConfig().Save(run.Config);
        using var occurrences = BertOccurrences.Load(device, new(folder.File("bert")));
        var comparison = SenseComparison.Of(data, TrainedModels.LoadVectors(folder.File("word2vec")), occurrences);
        comparison.Save(run, device);
        comparison.Save(run, device); // once more leaves no second line
        var shuffled = SenseComparison.Of(
            data with { Compared = [.. data.Compared.Select((sentence, i) => sentence with { Sense = $"{SplitMix64.Mix((ulong)i) % 2}" })] },
            TrainedModels.LoadVectors(folder.File("word2vec")), occurrences);
        Assert.Multiple(() =>
        {
            var (metrics, planted) = (comparison.Metrics(), shuffled.Metrics());
            Assert.That(metrics["word2vec_same_sense"], Is.EqualTo(metrics["word2vec_other_sense"]).Within(1e-6), "one vector");
            Assert.That(metrics["word2vec_nearest_of_same_sense"], Is.EqualTo(15 / 31.0).Within(1e-6));
            Assert.That(metrics["bert_same_sense"], Is.GreaterThan(metrics["bert_other_sense"]));
            Assert.That(metrics["bert_nearest_of_same_sense"], Is.GreaterThan(0.6));
            Assert.That(planted["bert_nearest_of_same_sense"], Is.LessThan(0.58), "senses at random");
            Assert.That(File.ReadAllLines(run.Metrics), Has.Length.EqualTo(1));
            Assert.That(File.ReadAllText(run.Report), Does.Contain("Mean cosines").And.Contain("by BERT").And.Contain("by Word2Vec"));
            Assert.That(Directory.GetFiles(run.Pictures), Has.Length.EqualTo(13));
        });
    }

    [Test]
    public void Occurrence_IsTheMeanOfItsPieces()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var form = new BertConfig { Width = 16, Layers = 2, Heads = 2, Inner = 24, Positions = 16 };
        var origin = BertOrigin.New(form, ["a bank"], 60); // pieces of single letters
        using (var model = new BertModel<NoHead>(device, origin.Config, seed: 2))
            BertFiles.Save(model, new(folder.Path));
        origin.Encoder.Save(folder.Path);
        using var occurrences = BertOccurrences.Load(device, new(folder.Path), layer: 1);
        var vector = occurrences.Of([new("bank", "river", "a bank ab")]).Single();

        var text = origin.Encoder.Encode("a bank ab");
        using var loaded = BertFiles.Load<NoHead>(device, new(folder.Path));
        using var graph = device.BeginGraph(isTraining: false);
        var states = loaded.Forward(graph, new(graph.Input(text.Ids, [1, text.Length]))).HiddenStates[1].ToArray().Chunk(16).ToArray();
        int[] places = [.. Enumerable.Range(0, text.Length).Where(place => text.Words[place] == 1)];
        Assert.Multiple(() =>
        {
            Assert.That(vector, Is.EqualTo(Enumerable.Range(0, 16).Select(i => places.Average(place => states[place][i]))).Within(1e-5));
            Assert.That(
                () => occurrences.Of([new("bank", "river", $"{string.Concat(Enumerable.Repeat("a ", 20))}bank")]),
                Throws.TypeOf<DataException>().With.Message.Contains("'bank' in no token"));
            Assert.That(
                () => BertOccurrences.Load(device, new(folder.Path), layer: 3),
                Throws.TypeOf<DataException>().With.Message.Contains("there is no layer 3"));
        });
    }
}
