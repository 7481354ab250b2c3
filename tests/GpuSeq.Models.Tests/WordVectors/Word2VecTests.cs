using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Word vectors from text to neighbours.</summary>
public sealed class Word2VecTests
{
    private const double LearnedGap = 0.4; // of mean similarities, within classes and across them
    private const double ChanceGap = 0.1;

    private static readonly Word2VecConfig Small = new() { VocabSize = 1, VectorSize = 24, Window = 4 };
    private static readonly CorpusOptions Text = new() { DropsPunctuation = true };
    private static readonly TrainingOptions Fused = new()
    {
        Epochs = 3,
        Batch = 256,
        Optimizer = OptimizerKind.Sgd,
        LearningRate = 0.1f,
        Schedule = "linear",
        ClipNorm = 0f,
        Metric = TrainingGoal.Last,
    };

    [TestCase(Word2VecKind.SkipGram, 5, 3)]
    [TestCase(Word2VecKind.Cbow, 5, 20)]
    public void NegativeSampling_BringsWordsOfAClassTogether(Word2VecKind kind, int negatives, int epochs)
    {
        using var device = Device.Open();
        using var task = Task(device, Corpus(), Small with { Kind = kind, Negatives = negatives }, Fused);
        var result = Train(task, Fused with { Epochs = epochs });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Gap(task.Vectors), Is.GreaterThan(LearnedGap));
            Assert.That(result.Evaluation!.Loss, Is.LessThan(6 * Math.Log(2) - 0.5), "six coins are what zeros give");
            Assert.That(result.Replays, Is.Positive, "through the recorded path, where the rate changes from step to step");
        }
    }

    [Test]
    public void Softmax_BringsWordsOfAClassTogether([Values] Word2VecKind kind)
    {
        var options = Fused with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01f, Epochs = kind == Word2VecKind.Cbow ? 4 : 1 };
        using var device = Device.Open();
        using var task = Task(device, Corpus(), Small with { Kind = kind, Negatives = 0 }, options);
        var result = Train(task, options);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Gap(task.Vectors), Is.GreaterThan(LearnedGap));
            Assert.That(result.Evaluation!.Loss, Is.LessThan(Math.Log(task.Model.Config.VocabSize)), "what chance gives");
        }
    }

    [Test]
    public void ShuffledText_TeachesNothing()
    {
        var words = Corpus().Words.ToArray();
        new SplitMix64(7).Shuffle(words.AsSpan());
        using var device = Device.Open();
        using var task = Task(device, new([.. words.Chunk(10)], "shuffled words"), Small, Fused);
        Train(task, Fused);
        Assert.That(Gap(task.Vectors), Is.EqualTo(0).Within(ChanceGap));
    }

    [Test]
    public void Parameters_AllGetGradients([Values] Word2VecKind kind, [Values(0, 3)] int negatives)
    {
        using var device = Device.Open();
        var options = Fused with { Optimizer = OptimizerKind.Adam };
        using var task = Task(device, Corpus(100), Small with { Kind = kind, Negatives = negatives }, options);
        FillOutput(task.Model); // its zeros would let no gradient through to the input
        Gradients.AreThere(task);
    }

    [Test]
    public void Step_IsThatOfGradientDescentOnTheSumOfTheLosses([Values] Word2VecKind kind)
    {
        using var device = Device.Open();
        using var task = Task(device, Corpus(100), Small with { Kind = kind, Negatives = 3 }, Fused);
        FillOutput(task.Model);
        var batch = FirstBatch(task);
        var parameters = task.Parameters.Parameters;
        using var graph = device.BeginGraph();
        var loss = task.Model.Loss(graph, batch);
        graph.Backward(loss.Scale(batch[1].Ints.Length));
        var expected = parameters
            .Select(parameter => parameter.ToArray().Zip(parameter.Gradient!.ToArray(), (p, g) => p - 0.1f * g).ToArray()).ToArray();
        task.StepRate!.Set([0.1f], Shape.Scalar);
        var own = task.Loss(graph, batch).Item();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(own, Is.EqualTo(loss.Item()).Within(1e-5));
            foreach (var (parameter, values) in parameters.Zip(expected))
                Assert.That(parameter.ToArray(), Is.EqualTo(values).Within(1e-5), parameter.Name);
        }
    }

    [Test]
    public void Step_IsTheModelsOwnOnlyForPlainDescent()
    {
        using var device = Device.Open();
        TrainingOptions[] others =
        [
            Fused with { Optimizer = OptimizerKind.Adam }, Fused with { Momentum = 0.5f }, Fused with { ClipNorm = 1f },
            Fused with { ClipValue = 1f }, Fused with { WeightDecay = 0.1f }, Fused with { Accumulate = 2 },
        ];
        foreach (var options in others)
        {
            using var task = Task(device, Corpus(100), Small, options);
            Assert.That(task.StepRate, Is.Null, options.ToString());
        }
    }

    [Test]
    public void ResumedRun_EndsWithTheBitsOfAnUninterruptedOne()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var options = Fused with { MaxSteps = 31, EvaluateEvery = 10 };
        using (var whole = Task(device, Corpus(100), Small, options))
            Train(whole, options, folder.File("whole"));
        using (var stop = new CancellationTokenSource())
        using (var begun = Task(device, Corpus(100), Small, options))
        using (var trainer = new Trainer(begun, options with { LogEvery = 1 }, new(folder.File("parts"))))
        {
            trainer.Run(
                progress =>
                {
                    if (progress.Step >= 13)
                        stop.Cancel();
                },
                stop.Token);
        }
        using var resumed = Task(device, Corpus(100), Small, options);
        using var rest = new Trainer(resumed, options, new(folder.File("parts")));
        rest.Resume();
        rest.Run();
        Assert.That(
            File.ReadAllBytes(folder.File("parts/model.safetensors")),
            Is.EqualTo(File.ReadAllBytes(folder.File("whole/model.safetensors"))));
    }

    [Test]
    public void Subsampling_KeepsWordsAsTheFormulaSays()
    {
        var frequencies = new WordFrequencies([0, 0, 900, 90, 10]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(frequencies.KeepProbability(2, 0.01), Is.EqualTo(Math.Sqrt(0.01 / 0.9)).Within(1e-12));
            Assert.That(frequencies.KeepProbability(3, 0.01), Is.EqualTo(1.0 / 3).Within(1e-12));
            Assert.That(frequencies.KeepProbability(4, 0.01), Is.EqualTo(1));
            Assert.That(frequencies.KeepProbability(2, 0), Is.EqualTo(1), "0 keeps all");
        }
    }

    [Test]
    public void Noise_FollowsTheCountsToThePowerOfThreeQuarters()
    {
        var probabilities = new WordFrequencies([0, 0, 16, 81, 256]).NoiseProbabilities();
        Assert.That(probabilities, Is.EqualTo(new[] { 0, 0, 8 / 99.0, 27 / 99.0, 64 / 99.0 }).Within(1e-12));
        var (table, random, counts) = (new AliasTable(probabilities), new SplitMix64(1), new int[5]);
        for (var i = 0; i < 99_000; i++)
            counts[table.Draw(ref random)]++;
        Assert.That(counts, Is.EqualTo(new[] { 0, 0, 8_000, 27_000, 64_000 }).Within(600));
    }

    [Test]
    public void Pairs_ComeFromWindowsOfAllSizesAndEndWithParagraphs()
    {
        // Words of two paragraphs, so many that each is what it is by its place.
        int[][] paragraphs = [[.. Enumerable.Range(2, 50)], [.. Enumerable.Range(52, 50)]];
        var config = Small with { VocabSize = 102, Window = 3, Subsample = 0, Negatives = 2 };
        var batches = new ContextBatches(config, paragraphs, WordFrequencies.Of(paragraphs, 102), 200, seed: 3, "numbers");
        var distances = new int[7];
        var batch = batches.NewBatch();
        for (var epoch = 0; epoch < 40; epoch++)
        {
            for (var index = 0; index < batches.BatchesPerEpoch; index++)
            {
                batches.Read(epoch, index, batch);
                for (var i = 0; i < 200; i++)
                {
                    var (center, target) = (batch[0].Ints[i], batch[1].Ints[i]);
                    Assert.That((center - 2) / 50, Is.EqualTo((target - 2) / 50), "of one paragraph");
                    Assert.That(batch[2].Ints.Slice(2 * i, 2).Contains(target), Is.False, "noise is not the target");
                    distances[target - center + 3]++;
                }
            }
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batches.BatchesPerEpoch, Is.EqualTo(100 * 4 / 200), "window + 1 pairs for each word");
            Assert.That(distances[3], Is.Zero);
            Assert.That(distances[0] + distances[6], Is.EqualTo(16_000 / 6).Within(300), "a third of the windows reach so far");
            Assert.That(distances[2] + distances[4], Is.EqualTo(16_000 / 2).Within(300), "all windows reach so far");
        }
    }

    [Test]
    public void Task_RefusesTextsWithoutEnoughWords()
    {
        using var device = Device.Open();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Task(device, Models.Corpus.Of("one paragraph", "poem.txt", Text), Small, Fused),
                Throws.TypeOf<DataException>().With.Message.Contains("poem.txt").And.Message.Contains("one paragraph"));
            Assert.That(() => Task(device, Models.Corpus.Of("a b\n\nc d", "poem.txt", Text), Small, Fused),
                Throws.TypeOf<DataException>().With.Message.Contains("at least 5 times"));
        }
    }

    internal static Corpus Corpus(int sentences = 2000) => Models.Corpus.Of(BuiltInCorpus.Write(sentences), "the built-in text", Text);

    internal static Word2VecTask Task(Device device, Corpus corpus, Word2VecConfig config, TrainingOptions options) =>
        new(device, corpus, config, new(), options);

    private static TrainingResult Train(Word2VecTask task, TrainingOptions options, string? run = null)
    {
        using var folder = new TemporaryFolder();
        using var trainer = new Trainer(task, options, new(run ?? folder.Path));
        return trainer.Run();
    }

    private static Batch FirstBatch(Word2VecTask task)
    {
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        return batch;
    }

    private static void FillOutput(Word2VecModel model)
    {
        var random = new SplitMix64(1);
        var values = new float[model.Output.Shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)random.NextUniform() - 0.5f;
        model.Output.Assign(values);
    }

    // How much more alike words of a class are than words of different classes.
    private static double Gap(WordVectorTable vectors)
    {
        var words = BuiltInCorpus.Classes.Index()
            .SelectMany(entry => entry.Item.Select(word => (Class: entry.Index, Place: vectors.Find(word)!.Value))).ToArray();
        var pairs = (from a in words
                     from b in words
                     where b.Place < a.Place
                     select (IsAlike: a.Class == b.Class, Similarity: vectors.Similarity(a.Place, b.Place)))
            .ToLookup(pair => pair.IsAlike, pair => pair.Similarity);
        return pairs[true].Average() - pairs[false].Average();
    }
}
