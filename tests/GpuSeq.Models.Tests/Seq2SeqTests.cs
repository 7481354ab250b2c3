using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Recurrent encoders and decoders, from pairs of sentences to translations.</summary>
public sealed class Seq2SeqTests
{
    private static readonly Seq2SeqConfig Small = new() { SourceVocabSize = 1, TargetVocabSize = 1, EmbeddingSize = 32, HiddenSize = 64 };

    private static IEnumerable<TestCaseData> Forms => new[]
    {
        Small with { Attention = AttentionKind.None },
        Small with { Attention = AttentionKind.Dot },
        Small with { Attention = AttentionKind.General },
        Small with { Attention = AttentionKind.Additive },
        Small with { Attention = AttentionKind.Dot, InputFeeding = true, Cell = CellKind.Lstm },
        Small with { Attention = AttentionKind.Additive, Cell = CellKind.Lstm, NumLayers = 2 },
        Small with { Attention = AttentionKind.General, InputFeeding = true, Cell = CellKind.Rnn, NumLayers = 2 },
    }.Select(form => new TestCaseData(form).SetArgDisplayNames($"{form.Attention}, {form.Cell}, feeding {form.InputFeeding}"));

    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(nameof(Forms))]
    public void Gradients_OfAllParametersAreRight(Seq2SeqConfig form)
    {
        using var model = Tiny(form with { Dropout = 0.2f });
        using var graph = _device.BeginGraph(new RandomStream(1));
        var loss = model.Loss(graph, Batch([[4, 5, 3], [6, 3]], [[5, 4, 6], [7]]), labelSmoothing: 0.1f);
        var report = graph.CheckGradients(loss, [.. model.Parameters.Parameters], new() { MaxElements = 12 });
        Assert.That(report.Passed, report.ToString());
        Gradients.AreThere(model.Parameters);
    }

    [TestCaseSource(nameof(Forms))]
    public void Padding_ChangesNothing(Seq2SeqConfig form)
    {
        using var model = Tiny(form);
        int[][] sources = [[4, 5, 6, 7, 8, 9, 4, 5, 6, 3], [7, 3]];
        var together = Logits(model, Batch(sources, [[4, 5, 6, 7, 8, 9, 5, 6], [5, 4]]), row: 1);
        var alone = Logits(model, Batch(sources[1..], [[5, 4]]), row: 0);
        Assert.Multiple(() =>
        {
            Assert.That(together, Is.EqualTo(alone).Within(1e-5f));
            Assert.That(alone, Has.Length.EqualTo(3 * model.Config.TargetVocabSize), "two words and the end");
        });
    }

    [TestCaseSource(nameof(Forms))]
    public void StepByStep_ComputesWhatWholeSequencesDo(Seq2SeqConfig form)
    {
        using var model = Tiny(form);
        var batch = Batch([[4, 5, 3]], [[5, 4, 6]]);
        var whole = Logits(model, batch, row: 0);
        using var graph = _device.BeginGraph(isTraining: false);
        var source = model.Encode(graph.Input(batch[0]), graph.Input(batch[1]), graph.Input(batch[2]));
        var (state, steps) = (source.Begin, new List<float>());
        foreach (var word in new[] { SentenceVocabulary.BeginId, 5, 4, 6 })
        {
            var decoded = model.Decode(source, state, graph.Input([word], [1, 1]));
            state = decoded.State;
            steps.AddRange(model.Logits(decoded).ToArray());
        }
        Assert.That(steps, Is.EqualTo(whole).Within(1e-5f));
    }

    [TestCase(AttentionKind.General, false)]
    [TestCase(AttentionKind.Additive, false)]
    [TestCase(AttentionKind.Dot, true)]
    public void Sentences_AreLearned(AttentionKind attention, bool feeding)
    {
        using var folder = new TemporaryFolder();
        var config = Small with { Attention = attention, InputFeeding = feeding };
        var result = Train(folder.Path, config, new() { MaxSteps = 300 }, Corpus(0));
        using var translator = TrainedModels.LoadTranslator(_device, new(folder.Path));
        Assert.Multiple(() =>
        {
            Assert.That(result.Evaluation!.Metrics["exact_match"], Is.GreaterThan(0.8));
            Assert.That(result.Evaluation.Metrics["bleu"], Is.GreaterThan(90));
            Assert.That(result.Replays, Is.GreaterThan(200), "through the recorded path");
            Assert.That(
                translator.Translate(["Does the big black cat see a red ball?"], new() { Beam = 3 })[0].Text,
                Is.EqualTo("Est-ce que le grand chat noir voit une balle rouge ?"));
            Assert.That(Directory.GetFiles(folder.File("pictures")), Has.Length.EqualTo(4));
        });
    }

    [Test]
    public void ShuffledTranslations_AreNotLearned()
    {
        using var folder = new TemporaryFolder();
        var corpus = Corpus(0);
        var targets = corpus.Train.Select(pair => pair.Target).ToArray();
        new SplitMix64(3).Shuffle(targets.AsSpan());
        var shuffled = corpus with { Train = [.. corpus.Train.Zip(targets, (pair, target) => pair with { Target = target })] };
        var result = Train(folder.Path, Small, new() { MaxSteps = 150 }, shuffled);
        Assert.That(result.Evaluation!.Metrics["exact_match"], Is.LessThan(0.02));
    }

    [Test]
    public void Search_WithABeamOfOneIsGreedyAndWiderOnesFindLikelierTranslations()
    {
        using var folder = new TemporaryFolder();
        using var task = Task(Small, new() { Batch = 32 }, Corpus(0));
        using var trainer = new Trainer(task, new() { MaxSteps = 40, LearningRate = 5e-3f, EvaluateEvery = 1000 }, new(folder.Path));
        trainer.Run();
        string[] texts = [.. Corpus(0).Held.Take(40).Select(pair => pair.Source)];
        var (one, five) = (task.Translator.Translate(texts, SearchOptions.Greedy), task.Translator.Translate(texts, new()));
        var alone = texts.SelectMany(text => task.Translator.Translate([text], new())).Select(translation => translation.Text);
        Assert.Multiple(() =>
        {
            Assert.That(one.Select(translation => translation.Text), Is.EqualTo(texts.Select(text => Greedy(task, text))));
            Assert.That(five.Sum(translation => translation.Score), Is.GreaterThan(one.Sum(translation => translation.Score)));
            Assert.That(five.Select(translation => translation.Text), Is.EqualTo(alone), "what is translated beside does not matter");
        });
    }

    [Test]
    public void Translations_HoldNoSpecialWords()
    {
        using var task = Task(Small, new() { Batch = 32 }, Corpus(0)); // untrained: any word is as likely
        var texts = task.Translator.Translate(["The zebra sees the cat.", "", "?"], new() { Beam = 2 }).Select(translation => translation.Text).ToArray();
        Assert.That(texts, Has.All.Not.Contains("<").And.All.Not.Contains(SentenceWords.Joiner));
        Assert.That(texts[1], Is.Empty);
    }

    [Test]
    public void Alignment_HasAWeightForEveryPairOfWords()
    {
        using var task = Task(Small, new() { Batch = 32 }, Corpus(0));
        var alignment = task.Translator.Align(new("The cat.", "Le chat noir.", 0))!;
        using var blind = Task(Small with { Attention = AttentionKind.None }, new() { Batch = 32 }, Corpus(0));
        Assert.Multiple(() =>
        {
            Assert.That(alignment.Source, Is.EqualTo(new[] { "The", "cat", ".", "</s>" }));
            Assert.That(alignment.Target, Is.EqualTo(new[] { "Le", "chat", "noir", ".", "</s>" }));
            for (var row = 0; row < 5; row++)
                Assert.That(Enumerable.Range(0, 4).Sum(column => alignment.Weights[row, column]), Is.EqualTo(1).Within(1e-5));
            Assert.That(blind.Translator.Align(new("The cat.", "Le chat.", 0)), Is.Null);
        });
    }

    [Test]
    public void Attention_ByHand()
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var attention = new MultiplicativeAttention(new(parameters), queries: 2, values: 2, isGeneral: false);
        using var graph = _device.BeginGraph(isTraining: false);
        float[] mask = [0, 0, float.NegativeInfinity];
        var memory = attention.Remember(graph.Input([1f, 2f, 3f, 4f, 9f, 9f], [1, 3, 2]), graph.Input(mask, [1, 1, 3]));
        var (output, weights) = attention.Attend(graph.Input([0.5f, 0.25f], [1, 1, 2]), memory);
        var second = (float)(1 / (1 + Math.Exp(1 - 2.5))); // scores 1 and 2.5
        Assert.Multiple(() =>
        {
            Assert.That(weights!.ToArray(), Is.EqualTo(new[] { 1 - second, second, 0 }).Within(1e-6f));
            Assert.That(output.ToArray(), Is.EqualTo(new[] { 1 + 2 * second, 2 + 2 * second }).Within(1e-5f));
            Assert.That(
                () => new MultiplicativeAttention(new(parameters), 2, 3, isGeneral: false),
                Throws.ArgumentException.With.Message.Contains("width 2 and values of width 3"));
        });
    }

    [Test]
    public void BuiltInSentences_AreFrench()
    {
        var pairs = BuiltInTranslations.Pairs(reverse: false);
        Assert.Multiple(() =>
        {
            Assert.That(pairs.Select(pair => pair.Source).Distinct().Count(), Is.GreaterThan(3000));
            Assert.That(pairs.Select(pair => pair.Target), Has.None.Match("\\b(le|la|ce|que|ne) [aeioué]"));
            Assert.That(pairs.Select(pair => pair.Source), Has.None.Match("\\ba [aeiou]"));
            Assert.That(BuiltInTranslations.Pairs(reverse: true)[7], Is.EqualTo(new SentencePair(pairs[7].Target, pairs[7].Source)));
        });
    }

    [TestCase("one\ttwo\nthree\n", "line 2 has no tab")]
    [TestCase("one\ttwo\n\n\tthree\n", "line 3 has no first sentence")]
    [TestCase("one\t \n", "line 1 has no second sentence")]
    [TestCase("\n", "no sentences")]
    public void Text_ThatIsNoPairsSaysWhere(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("pairs.txt", text);
        Assert.That(
            () => ParallelText.Read(path, reverse: false), Throws.TypeOf<DataException>().With.Message.Contains("pairs.txt").And.Message.Contains(reason));
    }

    [Test]
    public void Folder_HoldsWhatIsLearnedAndWhatIsMeasured()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => Read(new()), Throws.TypeOf<DataException>().With.Message.Contains("no file *.train.txt"));
        var train = folder.Write("fra.train.txt", "Go.\tVa !\tCC-BY\r\nStop!\tArrête !\n");
        Assert.That(() => Read(new()), Throws.TypeOf<DataException>().With.Message.Contains("too few"));
        var dev = folder.Write("fra.dev.txt", "Wait!\tAttends !\n");
        Assert.Multiple(() =>
        {
            Assert.That(Read(new()).Train, Is.EqualTo(new SentencePair[] { new("Go.", "Va !"), new("Stop!", "Arrête !") }));
            Assert.That(Read(new()).Held, Is.EqualTo(new SentencePair[] { new("Wait!", "Attends !") }));
            Assert.That(Read(new() { Validation = train }).Held, Has.Count.EqualTo(2));
            Assert.That(Read(new() { Data = dev, Validation = dev }, reverse: true).Train[0], Is.EqualTo(new SentencePair("Attends !", "Wait!")));
        });

        ParallelCorpus Read(RecipeData data, bool reverse = false) =>
            ParallelCorpus.Read(data with { Data = data.Data ?? folder.Path }, reverse, seed: 1);
    }

    [Test]
    public void HeldSources_AreNotLearned()
    {
        var corpus = Corpus(7);
        Assert.That(corpus.Train.Select(pair => pair.Source).Intersect(corpus.Held.Select(pair => pair.Source)), Is.Empty);
    }

    [TestCase("{\"model_type\": \"mlp\"}", "'mlp', not 'seq2seq'")]
    [TestCase("{\"model_type\": \"seq2seq\", \"source_vocab_size\": 0, \"target_vocab_size\": 5}", "not positive")]
    [TestCase("{\"model_type\": \"seq2seq\", \"source_vocab_size\": 5, \"target_vocab_size\": 5, \"hidden_size\": 3}", "not even")]
    public void Config_RefusesOtherFiles(string json, string reason)
    {
        using var folder = new TemporaryFolder();
        Assert.That(
            () => Seq2SeqConfig.Load(folder.Write("config.json", json)),
            Throws.TypeOf<DataException>().With.Message.Contains("config.json").And.Message.Contains(reason));
    }

    private static ParallelCorpus Corpus(ulong seed) => ParallelCorpus.Read(new RecipeData(), reverse: false, seed);

    private Seq2SeqModel Tiny(Seq2SeqConfig form) =>
        new(_device, form with { SourceVocabSize = 10, TargetVocabSize = 10, EmbeddingSize = 4, HiddenSize = 6 }, seed: 5);

    private static Batch Batch(int[][] sources, int[][] targets)
    {
        var batch = new TranslationBatches([new([3], [])], 1, 0).NewBatch();
        TranslationBatches.WriteSources(sources, batch);
        TranslationBatches.WriteTargets(targets, batch);
        return batch;
    }

    // Of the words of a row that count.
    private float[] Logits(Seq2SeqModel model, Batch batch, int row)
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var logits = model.Logits(graph, batch);
        var (width, words) = (logits.Shape[1], model.Config.TargetVocabSize);
        var targets = batch[TranslationBatches.Targets].Ints.Slice(row * width, width);
        var count = targets.IndexOf(Vocabulary.PaddingId) is var end and >= 0 ? end : width;
        return logits.ToArray().AsSpan(row * width * words, count * words).ToArray();
    }

    private string Greedy(Seq2SeqTask task, string text)
    {
        var translator = (Seq2SeqTranslator)task.Translator;
        using var graph = _device.BeginGraph(isTraining: false);
        var batch = Batch([translator.Source.EncodeSource(text)], [[]]);
        var source = task.Model.Encode(graph.Input(batch[0]), graph.Input(batch[1]), graph.Input(batch[2]));
        var words = new List<int>();
        while (words.Count < 40)
        {
            int[] read = [SentenceVocabulary.BeginId, .. words];
            var logits = task.Model.Logits(task.Model.Decode(source, source.Begin, graph.Input(read, [1, read.Length]))).ToArray();
            var last = logits.AsSpan((read.Length - 1) * translator.Target.Count);
            last[..SentenceVocabulary.EndId].Fill(float.NegativeInfinity);
            if (last.IndexOfMax() == SentenceVocabulary.EndId)
                break;
            words.Add(last.IndexOfMax());
        }
        return translator.Text([.. words]);
    }

    private Seq2SeqTask Task(Seq2SeqConfig config, TrainingOptions options, ParallelCorpus corpus) =>
        new(_device, corpus, config, minCount: 1, options.Batch, options.Seed);

    private TrainingResult Train(string folder, Seq2SeqConfig config, TrainingOptions options, ParallelCorpus corpus)
    {
        options = options with { Batch = 32, LearningRate = 5e-3f, EvaluateEvery = 1000 };
        using var task = Task(config, options, corpus);
        using var trainer = new Trainer(task, options, new(folder));
        return trainer.Run();
    }
}
