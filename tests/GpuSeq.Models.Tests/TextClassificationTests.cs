using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Recurrent classifiers, from labelled texts to what they say of others.</summary>
public sealed class TextClassificationTests
{
    private static readonly TextClassifierConfig Small = new() { VocabSize = 0, Labels = [], EmbeddingSize = 16, HiddenSize = 16 };

    [TestCase(CellKind.Rnn, PoolingKind.Mean)]
    [TestCase(CellKind.Gru, PoolingKind.Max)]
    [TestCase(CellKind.Lstm, PoolingKind.Attention)]
    public void BuiltInOpinions_AreLearned(CellKind cell, PoolingKind pooling)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var result = Train(device, folder.Path, BuiltInOpinions.Create(), Small with { Cell = cell, Pooling = pooling }, epochs: 5);
        using var classifier = TrainedModels.LoadClassifier(device, new(folder.Path));
        var said = classifier.Classify(["The music is brilliant.", "the plot was very dull", "The ending is not boring!"]);
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Metrics["accuracy"], Is.GreaterThan(0.8), "half would be chance");
            Assert.That(result.Replays, Is.GreaterThan(100), "through the recorded path");
            Assert.That(said.Select(text => text.Label), Is.EqualTo(new[] { "positive", "negative", "positive" }));
            Assert.That(said.Select(text => text.Probabilities.Values.Sum()), Is.All.EqualTo(1).Within(1e-5));
            Assert.That(said.Select(text => text.Probabilities[text.Label]), Is.All.GreaterThan(0.5));
            Assert.That(Directory.GetFiles(folder.File("pictures")).Select(Path.GetFileName), Has.Member("confusion.svg"));
            Assert.That(File.Exists(folder.File("pictures/attention-1.svg")), Is.EqualTo(pooling == PoolingKind.Attention));
            Assert.That(File.ReadAllText(folder.File("samples.jsonl")), Does.Contain("\"expected\":\"negative\""));
        });
    }

    [Test]
    public void ShuffledLabels_AreNotLearned()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var texts = BuiltInOpinions.Create();
        string[] labels = [.. texts.Train.Select(text => text.Label)];
        new SplitMix64(1).Shuffle(labels.AsSpan());
        texts = texts with { Train = [.. texts.Train.Zip(labels, (text, label) => text with { Label = label })] };
        var result = Train(device, folder.Path, texts, Small, epochs: 5);
        Assert.That(result.Evaluation!.Metrics["accuracy"], Is.LessThan(0.65));
    }

    [Test]
    public void Evaluation_OfARunIsThatOfTheTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var texts = BuiltInOpinions.Create();
        var trained = Train(device, folder.File("run"), texts, Small, epochs: 3).Evaluation!;
        var data = folder.Write("dev.tsv", "text\tlabel\n" + string.Concat(texts.Dev.Select(text => $"{text.Text}\t{text.Label}\n")));
        var measured = TrainedModels.Evaluate(device, new(folder.File("run")), data);
        var other = folder.Write("other.tsv", "text\tlabel\nfine\tgood\n");
        Assert.Multiple(() =>
        {
            Assert.That(measured.Examples, Is.EqualTo(200));
            Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-5));
            Assert.That(measured.Metrics, Is.EqualTo(trained.Metrics));
            Assert.That(
                () => TrainedModels.Evaluate(device, new(folder.File("run")), other),
                Throws.TypeOf<DataException>().With.Message.Contains("other.tsv").And.Message.Contains("'good'"));
        });
    }

    [Test]
    public void Parameters_AllGetGradients([Values] CellKind cell, [Values] PoolingKind pooling, [Values] bool bidirectional)
    {
        using var device = Device.Open();
        var config = Small with { Cell = cell, Pooling = pooling, Bidirectional = bidirectional, NumLayers = 2, Dropout = 0.2f };
        using var task = new TextClassificationTask(device, BuiltInOpinions.Create(), config, new(), batch: 16, seed: 1);
        Gradients.AreThere(task);
    }

    [Test]
    public void Padding_ChangesNothing([Values] CellKind cell, [Values] PoolingKind pooling)
    {
        using var device = Device.Open();
        var config = Small with { Cell = cell, Pooling = pooling, NumLayers = 2, VocabSize = 20, Labels = ["a", "b", "c"] };
        using var model = new TextClassifierModel(device, config, seed: 4);
        using var graph = device.BeginGraph(isTraining: false);
        int[] text = [5, 19, 7];
        var alone = Forward([text], width: 3);
        var beside = Forward([text, [3, 3, 3, 3, 3, 3, 3, 3, 3, 3]], width: 16);
        Assert.Multiple(() =>
        {
            Assert.That(beside.Logits.ToArray()[..3], Is.EqualTo(alone.Logits.ToArray()).Within(1e-6));
            Assert.That(alone.Logits.ToArray(), Is.Not.EqualTo(Forward([[5, 19, 7, 0]], width: 4).Logits.ToArray()).Within(1e-6), "a real word 0");
            if (pooling == PoolingKind.Attention)
            {
                Assert.That(beside.Weights!.ToArray()[..3].Sum(), Is.EqualTo(1).Within(1e-6));
                Assert.That(beside.Weights.ToArray()[3..16], Is.All.Zero);
            }
        });

        TextClassifierOutput Forward(int[][] texts, int width)
        {
            var batch = TextBatches.NewTextBatch();
            TextBatches.Write(texts, batch, width);
            return model.Forward(graph, batch);
        }
    }

    [Test]
    public void Names_ArePyTorchs()
    {
        using var device = Device.Open();
        using var model = new TextClassifierModel(
            device, Small with { VocabSize = 5, Labels = ["a", "b", "c"], Cell = CellKind.Gru, Pooling = PoolingKind.Attention });
        Assert.That(model.Parameters.Parameters.Select(parameter => parameter.ToString()), Is.EqualTo(new[]
        {
            "embedding.weight [5, 16]",
            "rnn.weight_ih_l0 [48, 16]", "rnn.weight_hh_l0 [48, 16]", "rnn.bias_ih_l0 [48]", "rnn.bias_hh_l0 [48]",
            "rnn.weight_ih_l0_reverse [48, 16]", "rnn.weight_hh_l0_reverse [48, 16]", "rnn.bias_ih_l0_reverse [48]",
            "rnn.bias_hh_l0_reverse [48]",
            "attention.key.weight [32, 32]", "attention.key.bias [32]", "attention.query.weight [1, 32]",
            "classifier.weight [3, 32]", "classifier.bias [3]",
        }));
    }

    [Test]
    public void Words_AreDroppedAnewInEveryEpochAndTheSameInEveryRun()
    {
        int[][] texts = [.. Enumerable.Repeat(Enumerable.Repeat(7, 50).ToArray(), 20)];
        var batches = new TextBatches(texts, new int[20], batch: 20, seed: 3, wordDropout: 0.3f);
        var again = new TextBatches(texts, new int[20], batch: 20, seed: 3, wordDropout: 0.3f);
        var first = Ids(batches, 0);
        Assert.Multiple(() =>
        {
            Assert.That(first.Count(id => id == Vocabulary.UnknownId), Is.EqualTo(300).Within(60));
            Assert.That(first.Count(id => id is Vocabulary.UnknownId or 7), Is.EqualTo(1000), "padding stays");
            Assert.That(Ids(batches, 1), Is.Not.EqualTo(first));
            Assert.That(Ids(again, 1), Is.EqualTo(Ids(batches, 1)));
        });

        static int[] Ids(TextBatches batches, int epoch)
        {
            var batch = batches.NewBatch();
            batches.Read(epoch, 0, batch);
            return batch[0].Ints.ToArray();
        }
    }

    [Test]
    public void TextsOfOneLabel_AreRefused()
    {
        using var device = Device.Open();
        var texts = new LabelledTexts("opinions", [.. Enumerable.Repeat(new LabelledText("fine", "good"), 20)], []);
        Assert.That(
            () => new TextClassificationTask(device, texts, Small, new(), 4, 1),
            Throws.TypeOf<DataException>().With.Message.Contains("opinions").And.Message.Contains("'good'"));
    }

    private static TrainingResult Train(Device device, string folder, LabelledTexts texts, TextClassifierConfig config, int epochs)
    {
        var options = new TrainingOptions { Epochs = epochs, Batch = 16, LearningRate = 5e-3f, Metric = "accuracy" };
        using var task = new TextClassificationTask(device, texts, config, new(), options.Batch, options.Seed);
        using var trainer = new Trainer(task, options, new RunFolder(folder));
        return trainer.Run();
    }
}
