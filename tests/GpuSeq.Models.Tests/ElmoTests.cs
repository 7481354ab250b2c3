using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Language models of both directions over characters of words.</summary>
public sealed class ElmoTests
{
    internal static ElmoConfig Small { get; } = new()
    {
        VocabSize = 1,
        CharacterEmbedding = 6,
        Filters = [new(1, 6), new(3, 10)],
        HiddenSize = 24,
        Projection = 16,
        Dropout = 0f,
    };

    private static readonly ElmoRun Cut = new() { SequenceLength = 12, MaxWords = 300 };

    [Test]
    public void Training_LowersThePerplexityOfBothDirections()
    {
        var (first, last) = (Train(BuiltInText.Read(), steps: 1), Train(BuiltInText.Read(), steps: 80));
        Assert.Multiple(() =>
        {
            foreach (var metric in new[] { "perplexity_forward", "perplexity_backward", "perplexity" })
                Assert.That(last.Evaluation!.Metrics[metric], Is.LessThan(0.35 * first.Evaluation!.Metrics[metric]), metric);
            Assert.That(last.Replays, Is.GreaterThan(70), "through the recorded path");
        });
    }

    [Test]
    public void Training_OnShuffledWordsLearnsLess()
    {
        var words = ElmoText.Words(BuiltInText.Read(), WordForm.Prose);
        var ordered = string.Join(' ', words);
        new SplitMix64(1).Shuffle(words.AsSpan());
        Assert.That(
            Train(string.Join(' ', words), steps: 150).Evaluation!.Metrics["perplexity"],
            Is.GreaterThan(1.3 * Train(ordered, steps: 150).Evaluation!.Metrics["perplexity"]));
    }

    [Test]
    public void Parameters_AllGetGradients()
    {
        using var device = Device.Open();
        using var task = Task(device, BuiltInText.Read(), Small with { Dropout = 0.2f, NumLayers = 2 }, batch: 4);
        using var graph = device.BeginGraph(new RandomStream(1));
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        graph.Backward(task.Loss(graph, batch));
        Gradients.AreThere(task.Parameters);
    }

    [Test]
    public void Directions_SeeNothingOfWhatTheyPredict()
    {
        // Every word of a window is changed in turn. The forward loss of word t may depend on words up to t, as what is read and
        // what is predicted; the backward loss of word t on words from t on.
        const int Steps = 6;
        string[] words = ["a", "b", "c", "d", "e", "f", "g"];
        var vocabulary = Vocabulary.Of([.. words, "x"]);
        var config = Small with { VocabSize = vocabulary.Count };
        using var device = Device.Open();
        using var model = new ElmoModel(device, config);
        var before = Losses(words);
        Assert.Multiple(() =>
        {
            for (var changed = 0; changed < words.Length; changed++)
            {
                var other = words.ToArray();
                other[changed] = "x";
                var after = Losses(other);
                for (var t = 0; t < Steps; t++)
                {
                    // Predictions t of the directions are of words t + 1 and Steps - 1 - t.
                    Assert.That(after[t] != before[t], Is.EqualTo(changed <= t + 1), $"forward, word {t + 1}, changed {changed}");
                    var word = Steps - 1 - t;
                    Assert.That(after[Steps + t] != before[Steps + t], Is.EqualTo(changed >= word), $"backward, word {word}, changed {changed}");
                }
            }
        });

        float[] Losses(string[] text)
        {
            var streams = new ElmoStreams(config, vocabulary, text, batch: 1, Steps, "words");
            var batch = streams.NewBatch();
            streams.Read(0, 0, batch);
            using var graph = device.BeginGraph(isTraining: false);
            return model.Losses(graph, batch).ToArray();
        }
    }

    [Test]
    public void Words_HaveTheSameVectorsHoweverFarTheyAreFilledUp([Values("a", "lighthouse", "日本")] string word)
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 3);
        var encoder = new CharacterEncoder(new(parameters), new()
        {
            Characters = WordCharacters.Count,
            Embedding = 5,
            Filters = [new(1, 4), new(2, 6), new(5, 8)],
            Outputs = 7,
        });
        Assert.That(Vector(places: 9), Is.EqualTo(Vector(places: 5)).Within(1e-6f));
        Assert.That(Vector(places: 5), Has.All.Not.Zero);

        float[] Vector(int places)
        {
            var characters = new WordCharacters(12, places);
            var row = new int[characters.Length];
            characters.Write(word, row);
            using var graph = device.BeginGraph(isTraining: false);
            return encoder.Forward(graph.Input(row, [1, row.Length])).ToArray();
        }
    }

    [Test]
    public void Gradients_AreThoseOfTheDefinition()
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 3);
        var scope = new ParameterScope(parameters);
        var encoder = new CharacterEncoder(scope["encoder"], new()
        {
            Characters = 9,
            Embedding = 3,
            Filters = [new(1, 2), new(2, 3)],
            Activation = Kernels.Activation.Tanh,
            Outputs = 4,
        });
        var mix = new ScalarMix(scope["mix"], layers: 2, normalises: true);
        using var graph = device.BeginGraph();
        var words = encoder.Forward(graph.Input([1, 2, 3, 0, 0, 4, 5, 0, 0, 0, 6, 7, 8, 0, 0, 2, 2, 2, 0, 0], [2, 2, 5]));
        // All but the vectors of characters: that of padding has a gradient, which is not wanted.
        var compared = parameters.Parameters.Where(parameter => parameter.Name != "encoder.embedding.weight").ToArray();
        var report = graph.CheckGradients(mix.Forward(graph, words).Square().Sum(), [.. compared]);
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void Streams_OfTheBackwardModelAreTheTextFromItsEnd()
    {
        string[] words = [.. Enumerable.Range(0, 25).Select(i => $"w{i}")];
        var vocabulary = Vocabulary.Of(words);
        var streams = new ElmoStreams(Small, vocabulary, words, batch: 2, steps: 4, "words");
        var batch = streams.NewBatch();
        streams.Read(0, 1, batch);
        Assert.That(
            batch[2].Ints.ToArray().Select(id => vocabulary[id]),
            Is.EqualTo(Names(5, 6, 7, 8, 17, 18, 19, 20, 19, 18, 17, 16, 7, 6, 5, 4)));

        static IEnumerable<string> Names(params int[] numbers) => numbers.Select(i => $"w{i}");
    }

    [Test]
    public void Text_IsCutByItsForm()
    {
        const string Spaced = " \n = Title = \n It is <unk> @-@ like .\n";
        const string Prose = "It's a line\nthat goes on.\n\nAnother.";
        Assert.Multiple(() =>
        {
            Assert.That(ElmoText.FormOf(Spaced), Is.EqualTo(WordForm.Spaced));
            Assert.That(
                ElmoText.Words(Spaced, WordForm.Spaced),
                Is.EqualTo("<eos> = Title = <eos> It is <unk> @-@ like . <eos>".Split(' ')));
            Assert.That(ElmoText.FormOf(Prose), Is.EqualTo(WordForm.Prose));
            Assert.That(
                ElmoText.Words(Prose, WordForm.Prose), Is.EqualTo("<eos> It's a line that goes on . <eos> Another .".Split(' ')));
        });
    }

    [Test]
    public void Evaluation_OfARunIsThatOfItsTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var held = string.Join(' ', ElmoText.Words(BuiltInText.Read(), WordForm.Prose).Take(400));
        var text = folder.Write("held.txt", held);
        using var task = Task(device, BuiltInText.Read(), Small, batch: 16, held, sequence: 32);
        using var trainer = new Trainer(task, new() { MaxSteps = 5, Batch = 16 }, new RunFolder(folder.Path));
        var trained = trainer.Run().Evaluation!;
        var measured = ModelEvaluation.Of(device, new(folder.Path), text);
        Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-6));
    }

    [Test]
    public void Folder_WithoutTextsIsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => ElmoText.Read(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains(".txt"));
    }

    private static TrainingResult Train(string text, int steps)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, text, Small, batch: 8);
        using var trainer = new Trainer(
            task, new() { MaxSteps = steps, Epochs = 100, Batch = 8, LearningRate = 1e-2f, EvaluateEvery = 1000 }, new RunFolder(folder.Path));
        return trainer.Run();
    }

    private static ElmoTask Task(Device device, string text, ElmoConfig config, int batch, string? held = null, int sequence = 12) =>
        new(device, text, "the text", config, Cut with { SequenceLength = sequence }, batch, seed: 1, held);
}
