using GpuSeq.Engine;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models.Tests;

/// <summary>Labels of words and sentences by the layers of a language model.</summary>
public sealed class ElmoLabelTests
{
    private static readonly TemporaryFolder LanguageModel = new();

    private static readonly ElmoLabelConfig Config = new()
    {
        Unit = LabelUnit.Word,
        Labels = [],
        FeatureLayers = 0,
        FeatureWidth = 0,
        HiddenSize = 0,
        Dropout = 0f,
    };

    [OneTimeSetUp]
    public static void TrainLanguageModel()
    {
        using var device = Device.Open();
        var text = Corpus.Of(NamesInContext.Text, "sentences", ElmoTests.Small.Text);
        using var task = new ElmoTask(device, text, ElmoTests.Small, new() { SequenceLength = 12 }, batch: 8, seed: 1);
        using var trainer = new Trainer(
            task, new() { MaxSteps = 400, Epochs = 100, LearningRate = 1e-2f, EvaluateEvery = 1000 }, new(LanguageModel.Path));
        trainer.Run();
    }

    [OneTimeTearDown]
    public static void Remove() => LanguageModel.Dispose();

    [Test]
    public void Mix_FindsNamesThatTheWordsAloneDoNotTell()
    {
        var (mix, lowest) = (Train(Config, epochs: 30), Train(Config with { Layers = ElmoLayers.Lowest }, epochs: 30));
        Assert.Multiple(() =>
        {
            Assert.That(mix["f1"], Is.GreaterThan(0.7));
            Assert.That(lowest["f1"], Is.LessThan(0.5), "every name is one of a person and one of a place");
            Assert.That(mix["share_of_layer_0"] + mix["share_of_layer_1"] + mix["share_of_layer_2"], Is.EqualTo(1).Within(1e-6));
        });
    }

    [Test]
    public void Tags_ThatAreShuffledAreNotLearned()
    {
        var corpus = BuiltIn();
        var labels = corpus.Train.SelectMany(sentence => sentence.Labels).ToArray();
        new SplitMix64(1).Shuffle(labels.AsSpan());
        var place = 0;
        LabelledWords[] shuffled =
        [
            .. corpus.Train.Select(sentence => sentence with { Labels = [.. sentence.Words.Select(_ => labels[place++])] }),
        ];
        Assert.That(Train(Config, corpus with { Train = shuffled })["f1"], Is.LessThan(0.2));
    }

    [Test]
    public void Sentences_AreClassified()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, Config with { Unit = LabelUnit.Sentence, HiddenSize = 8 }, BuiltIn(LabelUnit.Sentence));
        var run = new RunFolder(folder.Path);
        using var trainer = new Trainer(task, new() { Epochs = 8, LearningRate = 0.03f, EvaluateEvery = 1000 }, run);
        var accuracy = trainer.Run().Evaluation!.Metrics["accuracy"];
        using var classifier = TrainedModels.LoadClassifier(device, run);
        var said = classifier.Classify(["in Preston it rains all winter .", ""]);
        Assert.Multiple(() =>
        {
            Assert.That(accuracy, Is.GreaterThan(0.9));
            Assert.That(said[0].Label, Is.EqualTo("weather"));
            Assert.That(said[0].Probabilities.Values.Sum(), Is.EqualTo(1).Within(1e-6));
            Assert.That(File.Exists(Path.Combine(run.Pictures, "confusion.svg")));
        });
    }

    [Test]
    public void Parameters_AllGetGradients([Values] LabelUnit unit, [Values] bool normalises)
    {
        using var device = Device.Open();
        using var task = Task(device, Config with { Unit = unit, HiddenSize = 8, Normalises = normalises }, BuiltIn(unit));
        Gradients.AreThere(task);
    }

    [Test]
    public void Features_SeeWhatTheirDirectionHasRead()
    {
        using var device = Device.Open();
        using var elmo = ElmoFeatures.Load(device, LanguageModel.Path);
        string[] words = ["the", "streets", "of", "Lincoln", "are", "white"];
        string[] other = [.. words[..3], "Florence", .. words[4..]];
        var features = elmo.Of([words, other, ["far", "away"]]);
        var half = elmo.Width / 2;
        Assert.Multiple(() =>
        {
            Assert.That(features.Select(sentence => sentence.Words), Is.EqualTo(new[] { 6, 6, 2 }));
            for (var layer = 0; layer < elmo.Layers; layer++)
            {
                for (var word = 0; word < words.Length; word++)
                {
                    var isForwardSame = features[0][layer, word][..half].SequenceEqual(features[1][layer, word][..half]);
                    var isBackwardSame = features[0][layer, word][half..].SequenceEqual(features[1][layer, word][half..]);
                    Assert.That(isForwardSame, Is.EqualTo(layer == 0 ? word != 3 : word < 3), $"layer {layer}, word {word}, forward");
                    Assert.That(isBackwardSame, Is.EqualTo(layer == 0 ? word != 3 : word > 3), $"layer {layer}, word {word}, backward");
                }
            }
            Assert.That(elmo.Of([words])[0].Values, Is.EqualTo(features[0].Values).Within(1e-5f), "whatever other sentences there are");
        });
    }

    [Test]
    public void Run_HoldsAllThatItsEvaluationNeeds()
    {
        using var folder = new TemporaryFolder();
        var sentences = NamesInContext.Read(LabelUnit.Word).Take(60).ToArray();
        var lines = sentences.SelectMany(sentence => sentence.Words.Zip(sentence.Labels, (word, tag) => $"{word}\t{tag}").Append(""));
        var path = folder.Write("names.conll", string.Join('\n', lines));
        using var device = Device.Open();
        var corpus = new LabelledCorpus(sentences, LabelledCorpus.ReadAll(LabelUnit.Word, path));
        using var task = Task(device, Config with { HiddenSize = 4 }, corpus);
        var run = new RunFolder(folder.File("run"));
        using var trainer = new Trainer(task, new() { MaxSteps = 20, Epochs = 100, LearningRate = 0.02f }, run);
        var trained = trainer.Run().Evaluation!;
        var measured = TrainedModels.Evaluate(device, run, path);
        using var tagger = TrainedModels.LoadTagger(device, run);
        var scores = new SpanScores();
        foreach (var (tags, sentence) in tagger.Tag([.. sentences.Select(sentence => sentence.Words), []]).Zip(sentences))
            scores.Add(sentence.Labels, tags);
        Assert.Multiple(() =>
        {
            Assert.That(measured.Metrics, Is.EquivalentTo(trained.Metrics));
            Assert.That(measured.Loss, Is.EqualTo(trained.Loss).Within(1e-6));
            Assert.That(scores.F1, Is.EqualTo(trained.Metrics["f1"]).Within(1e-9), "the tagger says what was measured");
            Assert.That(() => TrainedModels.LoadClassifier(device, run), Throws.TypeOf<DataException>().With.Message.Contains("classify"));
            Assert.That(File.ReadAllText(Path.Combine(run.Pictures, "mix.svg")), Does.Contain("LSTM 2"));
            Assert.That(Sample.Read(run.Samples)[0].Expected, Does.Contain("/B-"));
        });
    }

    [Test]
    public void Labels_ThatTheModelDoesNotKnowAreNamed()
    {
        var config = Config with { Labels = ["O"], FeatureLayers = 1, FeatureWidth = 1 };
        Assert.That(
            () => new ElmoLabelBatches(config, [new(["word"], ["B-PER"])], [], batch: 1, seed: 1, "names.conll"),
            Throws.TypeOf<DataException>().With.Message.Contains("names.conll").And.Message.Contains("'B-PER'"));
    }

    private static ElmoLabelTask Task(Device device, ElmoLabelConfig config, LabelledCorpus corpus) =>
        new(device, LanguageModel.Path, corpus, "sentences", config, batch: 16, seed: 1);

    private static LabelledCorpus BuiltIn(LabelUnit unit = LabelUnit.Word) => LabelledCorpus.Read(unit, null, null, seed: 1);

    private static IReadOnlyDictionary<string, double> Train(ElmoLabelConfig config, LabelledCorpus? corpus = null, int epochs = 12)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, config, corpus ?? BuiltIn(config.Unit));
        using var trainer = new Trainer(
            task, new() { Epochs = epochs, LearningRate = 0.03f, EvaluateEvery = 1000 }, new RunFolder(folder.Path));
        return trainer.Run().Evaluation!.Metrics;
    }
}
