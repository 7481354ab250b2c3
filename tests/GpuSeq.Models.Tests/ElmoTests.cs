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

    private static Corpus Play => Corpus.Of(BuiltInText.Read(), "the play", Small.Text);

    private static readonly ElmoRun Cut = new() { SequenceLength = 12, MaxVocabulary = 300 };

    [Test]
    public void Training_LowersThePerplexityOfBothDirections()
    {
        var (first, last) = (Train(Play, steps: 1), Train(Play, steps: 80));
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
        var text = Corpus.Of(NamesInContext.Text, "sentences", Small.Text);
        var words = text.Words.ToArray();
        new SplitMix64(1).Shuffle(words.AsSpan());
        var place = 0;
        var shuffled = text with
        {
            Paragraphs = [.. text.Paragraphs.Select(paragraph => words[place..(place += paragraph.Length)])],
        };
        Assert.That(Perplexity(shuffled), Is.GreaterThan(3 * Perplexity(text)));

        static double Perplexity(Corpus corpus) => Train(corpus, steps: 150).Evaluation!.Metrics["perplexity"];
    }

    [Test]
    public void Parameters_AllGetGradients()
    {
        using var device = Device.Open();
        using var task = Task(device, Play, Small with { Dropout = 0.2f, NumLayers = 2 }, batch: 4);
        Gradients.AreThere(task);
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
                    var isOther = after[Steps + t] != before[Steps + t];
                    Assert.That(isOther, Is.EqualTo(changed >= word), $"backward, word {word}, changed {changed}");
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
    public void Text_HasBoundariesAroundParagraphs()
    {
        var corpus = Corpus.Of(" = Title = \n It is <unk> .\n", "text", new() { IsTokenized = true, KeepsCase = true });
        Assert.That(ElmoText.Words(corpus), Is.EqualTo("<eos> = Title = <eos> It is <unk> . <eos>".Split(' ')));
    }

    [Test]
    public void Evaluation_OfARunIsThatOfItsTraining()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var held = string.Join("\n\n", Play.Paragraphs.Take(5).Select(paragraph => string.Join(' ', paragraph)));
        var text = folder.Write("held.txt", held);
        using var task = Task(device, Play, Small, batch: 16, Corpus.Read(text, Small.Text), sequence: 32);
        using var trainer = new Trainer(task, new() { MaxSteps = 5, Batch = 16 }, new RunFolder(folder.Path));
        var trained = trainer.Run().Evaluation!;
        var measured = TrainedModels.Evaluate(device, new(folder.Path), text);
        Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-6));
        Assert.That(File.ReadLines(folder.File("samples.jsonl")).ToArray(), Has.Length.EqualTo(5).And.All.Contains("["));
    }

    private static TrainingResult Train(Corpus text, int steps)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, text, Small, batch: 8);
        using var trainer = new Trainer(
            task, new() { MaxSteps = steps, Epochs = 100, LearningRate = 1e-2f, EvaluateEvery = 1000 }, new RunFolder(folder.Path));
        return trainer.Run();
    }

    private static ElmoTask Task(Device device, Corpus text, ElmoConfig config, int batch, Corpus? held = null, int sequence = 12) =>
        new(device, text, config, Cut with { SequenceLength = sequence }, batch, seed: 1, held);
}
