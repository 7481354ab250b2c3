using GpuSeq.Engine;
using GpuSeq.Engine.Checkpoints;
using GpuSeq.Models.Reporting;

namespace GpuSeq.Models.Tests;

/// <summary>How gradients come back through time in recurrent networks.</summary>
public sealed class GradientFlowTests
{
    private static readonly GradientFlowConfig Config = new() { Cells = Enum.GetValues<FlowCell>(), Clipping = [FlowClipping.None] };

    [TestCase(FlowCell.Rnn, 0.4, 0.65)]
    [TestCase(FlowCell.Lstm, 0.93, 1.05)]
    [TestCase(FlowCell.Gru, 0.88, 1.05)]
    [TestCase(FlowCell.Exploding, 1.03, 1.5)]
    public void Norms_VanishOrExplodeAsTheNetworkMakesThem(FlowCell cell, double least, double most)
    {
        using var device = Device.Open();
        using var task = Task(device, cell, Config);
        var flow = task.Before;
        Assert.Multiple(() =>
        {
            Assert.That(flow.Hidden, Has.Count.EqualTo(Config.Steps).And.All.Positive);
            Assert.That(flow.Factor, Is.InRange(least, most));
            Assert.That(flow.Ratio, Is.EqualTo(flow.Hidden[0] / flow.Hidden[29]));
            Assert.That(flow.Ratio, Is.EqualTo(Math.Pow(flow.Factor, 29)).Within(1e-6).Percent);
            Assert.That(flow.Cell is not null, Is.EqualTo(cell == FlowCell.Lstm));
            Assert.That(flow.CellFactor, cell == FlowCell.Lstm ? Is.InRange(0.93, 1.05) : Is.Null, "about what forget gates let through, 0.953");
            Assert.That(task.Parameters.Parameters, Is.All.Matches<Parameter>(p => p.Gradient!.ToArray().All(x => x == 0f)));
        });
    }

    [Test]
    public void Gradients_OfStatesAreThoseOfTheLoss([Values] FlowCell cell)
    {
        using var device = Device.Open();
        var config = Config with { Steps = 5, HiddenSize = 4, EmbeddingSize = 3 };
        using var task = Task(device, cell, config);
        using var graph = device.BeginGraph();
        var batch = task.Batches.NewBatch();
        task.Batches.Read(0, 0, batch);
        var (logits, states) = task.Model.ForwardByStep(graph.Input(batch[0]));
        Assert.That(logits.ToArray(), Is.EqualTo(task.Model.Forward(graph.Input(batch[0])).ToArray()).Within(1e-6));
        var report = graph.CheckGradients(logits.CrossEntropy(graph.Input(batch[1])), [.. states.Select(state => state.Hidden)]);
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void Parameters_AllGetGradients([Values] FlowCell cell)
    {
        using var device = Device.Open();
        using var task = Task(device, cell, Config);
        Gradients.AreThere(task);
    }

    [Test]
    public void FirstSymbol_IsLearned_ButNotOneDrawnAnew()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        using var task = Task(device, FlowCell.Lstm, Config with { Steps = 12, HiddenSize = 16 });
        using var planted = Task(device, FlowCell.Lstm, Config with { Steps = 12, HiddenSize = 16 });
        var options = new TrainingOptions { MaxSteps = 250, LearningRate = 1e-2f };
        using (var trainer = new Trainer(task, options, new(folder.File("right"))))
            trainer.Run();
        using (var trainer = new Trainer(new OtherLabels(planted), options, new(folder.File("planted"))))
            trainer.Run();
        Assert.Multiple(() =>
        {
            Assert.That(task.Last.Accuracy, Is.GreaterThan(0.95));
            Assert.That(planted.Last.Accuracy, Is.LessThan(0.4), "chance is 0.25");
        });
    }

    [Test]
    public void Comparison_HasARunForEachAndAReportOfAll()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Open();
        var config = Config with { Steps = 6, Cells = [FlowCell.Rnn, FlowCell.Lstm], Clipping = [FlowClipping.None, FlowClipping.Norm] };
        var run = new RunFolder(folder.File("all"));
        var comparison = new GradientFlowComparison(run, new() { MaxSteps = 4, LogEvery = 2, ClipNorm = 0.5f, ClipValue = 0.1f }, config);
        comparison.Begin();
        var tasks = config.Variants.Select(variant => new GradientFlowTask(device, config, variant, batch: 4, seed: 1)).ToArray();
        foreach (var task in tasks)
        {
            using var trainer = new Trainer(task, comparison.OptionsOf(task.Variant), comparison.FolderOf(task.Variant));
            trainer.Run();
        }
        var evaluation = comparison.Finish(tasks);
        var merged = TrainingRun.Load(run);
        using var model = SafeTensorsFile.Open(run.Model);
        Assert.Multiple(() =>
        {
            Assert.That(tasks.Select(task => task.Variant.Name), Is.EqualTo(new[] { "rnn-none", "rnn-norm", "lstm-none", "lstm-norm" }));
            Assert.That(comparison.OptionsOf(tasks[1].Variant), Has.Property("ClipNorm").EqualTo(0.5f).And.Property("ClipValue").Zero);
            Assert.That(comparison.OptionsOf(tasks[0].Variant).ClipNorm, Is.Zero);
            Assert.That(evaluation.Metrics["rnn_none_gradient_factor_before"], Is.EqualTo(tasks[0].Before.Factor));
            Assert.That(merged.Of("validation").Last().Values["lstm_norm_gradient_ratio"], Is.EqualTo(tasks[3].Last.Ratio));
            Assert.That(merged.Of("train").First().Values, Does.ContainKey("rnn_norm_grad_norm"));
            Assert.That(model.Tensors.Keys, Has.Some.EqualTo("lstm-none.rnn.weight_hh_l0"));
            Assert.That(File.ReadAllText(run.Report), Does.Contain("Gradients through time, before training").And.Contain("rnn: loss"));
            Assert.That(GradientFlowConfig.Load(run.Config).Variants, Is.EqualTo(config.Variants));
            Assert.That(
                File.ReadAllText(Path.Combine(comparison.FolderOf(tasks[2].Variant).Pictures, "time.svg")), Does.Contain("cell, after training"));
        });
        Array.ForEach(tasks, task => task.Dispose());
    }

    private static GradientFlowTask Task(Device device, FlowCell cell, GradientFlowConfig config) =>
        new(device, config, new(cell, FlowClipping.None), batch: 16, seed: 1);

    // The planted failure: what is to be said has nothing to do with what is read.
    private sealed class OtherLabels(GradientFlowTask task) : ITrainingTask, IBatchSource
    {
        public string Recipe => task.Recipe;

        public Device Device => task.Device;

        public ParameterSet Parameters => task.Parameters;

        public IBatchSource Batches => this;

        public string Items => task.Items;

        public int BatchesPerEpoch => task.Batches.BatchesPerEpoch;

        public Tensor Loss(Graph graph, Batch batch) => task.Loss(graph, batch);

        public Evaluation Evaluate(CancellationToken cancellation) => task.Evaluate(cancellation);

        public void SaveModelFiles(string folder) => task.SaveModelFiles(folder);

        public Batch NewBatch() => task.Batches.NewBatch();

        public int Read(int epoch, int index, Batch batch)
        {
            var count = task.Batches.Read(epoch, index, batch);
            var random = new SplitMix64((ulong)index);
            foreach (ref var label in batch[1].Ints)
                label = random.Next(4);
            return count;
        }
    }
}
