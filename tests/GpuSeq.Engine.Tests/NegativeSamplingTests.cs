namespace GpuSeq.Engine.Tests;

/// <summary>Steps of word vectors: what they change, and what they say of wrong shapes.</summary>
public sealed class NegativeSamplingTests
{
    private Device _device = null!;
    private ParameterSet _parameters = null!;
    private Parameter _input = null!;
    private Parameter _output = null!;

    [SetUp]
    public void Open()
    {
        _device = Device.Open();
        _parameters = new ParameterSet(_device, seed: 1);
        _input = _parameters.Add("input", [6, 5], Initializer.Normal(1f));
        _output = _parameters.Add("output", [6, 5], Initializer.Normal(1f));
    }

    [TearDown]
    public void Close()
    {
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Step_ChangesTheRowsOfItsWordsAndNoOthers()
    {
        var (input, output) = (_input.ToArray(), _output.ToArray());
        using var graph = _device.BeginGraph();
        var losses = Step(graph, graph.Input([2, 4], [2]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(losses.Shape, Is.EqualTo(new Shape(2)));
            Assert.That(ChangedRows(input, _input), Is.EqualTo(new[] { 2, 4 }));
            Assert.That(ChangedRows(output, _output), Is.EqualTo(new[] { 0, 1, 3, 5 }));
        }
    }

    [Test]
    public void RecordedStep_TakesTheRateOfEachRun()
    {
        var rate = new HostTensor();
        var batch = new Batch(ElementType.Int32);
        batch[0].Set([2, 4], [2]);
        using var step = new RecordedStep(_device, (graph, given) => Step(graph, graph.Input(given[0]), graph.Input(rate)).Mean());
        for (var run = 0; run < 12; run++)
        {
            var before = _input.ToArray();
            rate.Set([run % 2], Shape.Scalar);
            step.Run(batch);
            Assert.That(ChangedRows(before, _input), run % 2 == 0 ? Is.Empty : Is.EqualTo(new[] { 2, 4 }), $"run {run}");
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(step.Obstacle, Is.Null);
            Assert.That(step.Replays, Is.Positive);
        }
    }

    [Test]
    public void Shapes_ThatDoNotFitAreNamed()
    {
        using var graph = _device.BeginGraph();
        var (words, matrix) = (graph.Input([2, 4], [2]), graph.Input([2, 4], [1, 2]));
        var rate = graph.Input([0.1f], [1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => matrix.NegativeSamplingStep(_input, _output, words, matrix, rate), Throws.TypeOf<ShapeException>());
            Assert.That(() => words.NegativeSamplingStep(_input, _output, words, graph.Input([2, 4], [2, 1]), graph.Input([1f, 2f], [2])),
                Throws.TypeOf<ShapeException>().With.Message.Contains("learning rate"));
            Assert.That(() => matrix.NegativeSamplingStep(_input, _output, words, graph.Input([2, 4], [2, 1]), rate, words),
                Throws.TypeOf<ShapeException>().With.Message.Contains("lengths"));
        }
    }

    private Tensor Step(Graph graph, Tensor words, Tensor? rate = null) => words.NegativeSamplingStep(
        _input, _output, graph.Input([0, 1], [2]), graph.Input([3, 5, 5, 3], [2, 2]), rate ?? graph.Input([0.1f], [1]));

    private static int[] ChangedRows(float[] before, Parameter table)
    {
        var after = table.ToArray();
        return [.. Enumerable.Range(0, 6).Where(row => !before.AsSpan(row * 5, 5).SequenceEqual(after.AsSpan(row * 5, 5)))];
    }
}
