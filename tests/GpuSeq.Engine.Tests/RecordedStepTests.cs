namespace GpuSeq.Engine.Tests;

/// <summary>What a recorded step promises: the same bits as written, no allocation, and honesty where it cannot be replayed.</summary>
public sealed class RecordedStepTests
{
    private readonly List<string> _notices = [];
    private Device _device = null!;

    [SetUp]
    public void Open()
    {
        _notices.Clear();
        _device = Device.Open();
    }

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Replays_GiveTheBitsOfTheStepAsWritten([Values(0f, 0.3f)] float dropout)
    {
        var written = Train(isRecorded: false, dropout, out _);
        var replayed = Train(isRecorded: true, dropout, out var replays);
        Assert.Multiple(() =>
        {
            Assert.That(replays, Is.EqualTo(20 - 5), "all but the first run and those of doubled number");
            Assert.That(replayed, Is.EqualTo(written));
            Assert.That(_notices, Is.Empty);
        });
    }

    [Test]
    public void Replays_AllocateNothing()
    {
        using var model = new Classifier(_device, dropout: 0.2f);
        using var step = Step(model.Step, new RandomStream(1));
        var batch = Sequences(1);
        for (var run = 0; run < 20; run++)
            step.Run(batch);
        var reserved = _device.Pool.BytesReserved;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 10; run++)
            step.Run(batch);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.Multiple(() =>
        {
            if (!ComputeRuntime.IsIlgpu) // whose launches allocate themselves
                Assert.That(allocated, Is.Zero, "bytes of the program");
            Assert.That(_device.Pool.BytesReserved, Is.EqualTo(reserved), "bytes of the device");
            Assert.That(step.Replays, Is.GreaterThan(20));
        });
    }

    [Test]
    public void Shapes_AreRecordedOnceForEachUpToABound()
    {
        var seen = 0;
        using var step = new RecordedStep(
            _device,
            (graph, batch) =>
            {
                seen++;
                return graph.Input(batch[0]).Scale(2f).Sum();
            })
        {
            MaxRecordings = 2,
            Notice = _notices.Add,
        };
        for (var run = 0; run < 3; run++)
        {
            for (var length = 1; length <= 3; length++)
                Assert.That(step.Run(Floats(Enumerable.Repeat(1f, length).ToArray())).Item(), Is.EqualTo(2f * length));
        }
        Assert.Multiple(() =>
        {
            Assert.That(seen, Is.EqualTo(2 + 2 + 3), "two shapes as written twice, the third always");
            Assert.That(_notices, Has.Count.EqualTo(1).And.One.Contains("2 shapes"));
        });
    }

    [Test]
    public void Reading_AValueBackIsNoticedOnce()
    {
        using var step = Step((graph, batch) =>
        {
            var sum = graph.Input(batch[0]).Sum();
            return sum.Item() > 0f ? sum.Scale(2f) : sum.Scale(-1f);
        });
        Assert.Multiple(() =>
        {
            Assert.That(step.Run(Floats([3f])).Item(), Is.EqualTo(6f));
            Assert.That(step.Run(Floats([-3f])).Item(), Is.EqualTo(3f));
            Assert.That(step.Run(Floats([4f])).Item(), Is.EqualTo(8f));
            Assert.That(step.Replays, Is.Zero);
            Assert.That(_notices, Has.Count.EqualTo(1).And.One.Contains("reads the values of a tensor Float32 [] back"));
        });
    }

    [Test]
    public void ChangeOfTheGraph_IsNoticedOnce()
    {
        var run = 0;
        using var step = Step((graph, batch) =>
        {
            var x = graph.Input(batch[0]);
            return (run++ % 2 == 0 ? x.Tanh() : x.Scale(5f)).Sum();
        });
        for (var i = 0; i < 6; i++)
            Assert.That(step.Run(Floats([1f])).Item(), Is.EqualTo(i % 2 == 0 ? MathF.Tanh(1f) : 5f).Within(1e-6f));
        Assert.That(_notices, Has.Count.EqualTo(1).And.One.Contains("one run has kernel"));
    }

    [Test]
    public void ChangeOfANumber_IsNoticed()
    {
        var factor = 1f;
        using var step = Step((graph, batch) => graph.Input(batch[0]).Scale(factor++));
        for (var i = 1; i < 5; i++)
            Assert.That(step.Run(Floats([1f])).Item(), Is.EqualTo(i));
        Assert.That(_notices, Has.Count.EqualTo(1).And.One.Contains("a number that kernel"));
    }

    [Test]
    public void ValuesThatComeWithNoBatch_MustBeTheSameInEveryRun()
    {
        var offset = 0f;
        using var constant = Step((graph, batch) => graph.Input(batch[0]) + graph.Input([7f], [1]));
        using var changing = Step((graph, batch) => graph.Input(batch[0]) + graph.Input([offset++], [1]));
        for (var i = 0; i < 4; i++)
        {
            Assert.That(constant.Run(Floats([i])).Item(), Is.EqualTo(i + 7f));
            Assert.That(changing.Run(Floats([1f])).Item(), Is.EqualTo(1f + i));
        }
        Assert.Multiple(() =>
        {
            Assert.That(constant.Obstacle, Is.Null);
            Assert.That(changing.Obstacle, Does.Contain("input of values that come with no batch"));
        });
    }

    [Test]
    public void TensorsOfTheProgram_AreTakenAnewAndMustKeepTheirShape()
    {
        var offset = new HostTensor();
        using var step = Step((graph, batch) => graph.Input(batch[0]) + graph.Input(offset));
        for (var i = 0; i < 6; i++)
        {
            offset.Set([10f * i], [1]);
            Assert.That(step.Run(Floats([1f])).Item(), Is.EqualTo(1f + 10f * i));
        }
        offset.Set([1f, 2f], [2]);
        Assert.That(() => step.Run(Floats([1f])), Throws.InvalidOperationException.With.Message.Contains("took 1 values"));
    }

    [Test]
    public void FreezingAParameter_RecordsTheStepAnew()
    {
        using var parameters = new ParameterSet(_device, seed: 2);
        var (first, second) = (parameters.Add("first", [3, 3], Initializer.FanIn(3)), parameters.Add("second", [1, 3], Initializer.FanIn(3)));
        using var optimizer = new Sgd(parameters, 0.1f);
        using var step = Step((graph, batch) =>
        {
            var loss = graph.Input(batch[0]).Linear(first).Linear(second).Square().Sum();
            graph.Backward(loss);
            optimizer.Step();
            return loss;
        });
        for (var i = 0; i < 6; i++)
            step.Run(Floats([1f, 2f, 3f], [1, 3]));
        var (launches, values) = (step.Launches, first.ToArray());
        first.IsFrozen = true;
        for (var i = 0; i < 6; i++)
            step.Run(Floats([1f, 2f, 3f], [1, 3]));
        Assert.Multiple(() =>
        {
            Assert.That(step.Obstacle, Is.Null);
            Assert.That(step.Launches, Is.LessThan(launches));
            Assert.That(first.ToArray(), Is.EqualTo(values));
        });
    }

    [Test]
    public void StateTensors_CarryFromRunToRun()
    {
        using var sum = new StateTensor(_device, [2]);
        using var step = Step((graph, batch) =>
        {
            var next = graph.Input(batch[0]) + sum;
            sum.Assign(next);
            return next;
        });
        for (var i = 1; i <= 7; i++)
            Assert.That(step.Run(Floats([1f, i])).ToArray(), Is.EqualTo(new[] { i, i * (i + 1) / 2f }));
        Assert.That(step.Replays, Is.GreaterThan(3));
    }

    [Test]
    public void StateTensors_TakeRowsAtPlacesOfTheBatch()
    {
        using var cache = new StateTensor(_device, [2, 4, 2]);
        using var step = Step((graph, batch) =>
        {
            var wide = graph.Input(batch[0]); // [2, 1, 3], of which the last two columns are taken
            cache.AssignRows(wide.Slice(2, 1..), graph.Input(batch[1]));
            return wide.Sum();
        });
        for (var i = 0; i < 8; i++)
        {
            var batch = new Batch(ElementType.Float32, ElementType.Int32);
            batch[0].Set([9f, i, 1f, 9f, 10f * i, 2f], [2, 1, 3]);
            batch[1].Set([i % 4, 3 - i % 4], [2]);
            step.Run(batch);
        }
        Assert.Multiple(() =>
        {
            Assert.That(step.Replays, Is.GreaterThan(3));
            Assert.That(cache.ToArray(), Is.EqualTo(new[] { 4f, 1, 5, 1, 6, 1, 7, 1, 70, 2, 60, 2, 50, 2, 40, 2 }));
        });
    }

    [Test]
    public void RowsThatDoNotFit_AreNamed()
    {
        using var cache = new StateTensor(_device, [2, 4, 3]);
        using var graph = _device.BeginGraph();
        var (rows, first) = (graph.Input(new float[6], [2, 1, 3]), graph.Input([0, 4], [2]));
        Assert.That(
            () => cache.AssignRows(graph.Input(new float[4], [2, 1, 2]), first),
            Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 4, 3] [B, S, C], rows [2, 1, 2] [B, T, C]"));
        Assert.That(
            () =>
            {
                cache.AssignRows(rows, first);
                _device.Synchronize();
            },
            Throws.InstanceOf<Exception>().With.Message.Contains("place 4 of sequence 1 is not from 0 to 4"));
    }

    [Test]
    public void Gradients_OfSeveralRunsAddUp()
    {
        using var parameters = new ParameterSet(_device);
        var weight = parameters.Add("weight", [1, 2], Initializer.Ones);
        using var step = Step((graph, batch) =>
        {
            var loss = graph.Input(batch[0]).Linear(weight).Sum();
            graph.Backward(loss);
            return loss;
        });
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 3; i++)
                step.Run(Floats([2f, 3f], [1, 2]));
            Assert.That(weight.Gradient!.ToArray(), Is.EqualTo(new[] { 6f, 9f }), $"round {round}");
            parameters.ClearGradients();
        }
        Assert.That(step.Replays, Is.GreaterThan(8));
    }

    [Test]
    public void Memory_IsSharedByValuesThatAreNotNeededAtTheSameTime()
    {
        using var step = Step((graph, batch) =>
        {
            var x = graph.Input(batch[0]);
            for (var i = 0; i < 20; i++)
                x = x.Scale(1.01f);
            return x.Sum();
        });
        var values = new float[100_000];
        for (var i = 0; i < 3; i++)
            step.Run(Floats(values));
        Assert.Multiple(() =>
        {
            Assert.That(step.Replays, Is.EqualTo(1));
            Assert.That(step.LiveBytes, Is.GreaterThanOrEqualTo(2 * 400_000));
            Assert.That(step.PeakBytes, Is.InRange(step.LiveBytes, step.LiveBytes * 1.01));
        });
    }

    [Test]
    public void Runs_InsideOfRunsAreRefused()
    {
        using var inner = Step((graph, batch) => graph.Input(batch[0]).Sum());
        using var outer = Step((graph, batch) =>
        {
            inner.Run(batch);
            return graph.Input(batch[0]).Sum();
        });
        Assert.That(() => outer.Run(Floats([1f])), Throws.InvalidOperationException.With.Message.Contains("inside of steps"));
        Assert.That(inner.Run(Floats([1f])).Item(), Is.EqualTo(1f), "the failed recording has ended");
    }

    private float[] Train(bool isRecorded, float dropout, out long replays)
    {
        using var model = new Classifier(_device, dropout);
        using var step = new RecordedStep(_device, model.Step, new RandomStream(3)) { IsRecorded = isRecorded, Notice = _notices.Add };
        var losses = new List<float>();
        for (var run = 0; run < 20; run++)
        {
            model.Optimizer.LearningRate = 0.01f * (1f - run / 40f);
            losses.Add(step.Run(Sequences(run)).Item());
        }
        replays = step.Replays;
        return [.. losses, .. model.Parameters.Parameters.SelectMany(parameter => parameter.ToArray())];
    }

    private RecordedStep Step(Func<Graph, Batch, Tensor> body, RandomStream? random = null) =>
        new(_device, body, random) { Notice = _notices.Add };

    private static Batch Floats(float[] values, Shape? shape = null)
    {
        var batch = new Batch(ElementType.Float32);
        batch[0].Set(values, shape ?? [values.Length]);
        return batch;
    }

    private static Batch Sequences(int number)
    {
        var batch = new Batch(ElementType.Int32, ElementType.Int32);
        batch[0].Set([.. Enumerable.Range(number, 4 * 7).Select(i => i * i % 11)], [4, 7]);
        batch[1].Set([.. Enumerable.Range(number, 4).Select(i => i % 3)], [4]);
        return batch;
    }

    // Embedding, LSTM over a sequence, dropout, attention, layer norm, and a head: many kinds of operations in one step.
    private sealed class Classifier : IDisposable
    {
        private readonly Parameter _table, _decoder, _gamma, _beta;
        private readonly RecurrentWeights _lstm;
        private readonly float _dropout;

        public Classifier(Device device, float dropout)
        {
            _dropout = dropout;
            Parameters = new(device, seed: 5);
            _table = Parameters.Add("table", [11, 8], Initializer.Normal(1f));
            _lstm = new(
                Parameters.Add("weight_ih", [48, 8], Initializer.FanIn(12)), Parameters.Add("weight_hh", [48, 12], Initializer.FanIn(12)),
                Parameters.Add("bias_ih", [48], Initializer.FanIn(12)), Parameters.Add("bias_hh", [48], Initializer.FanIn(12)));
            _gamma = Parameters.Add("gamma", [12], Initializer.Ones);
            _beta = Parameters.Add("beta", [12], Initializer.Zeros);
            _decoder = Parameters.Add("decoder", [3, 12], Initializer.FanIn(12));
            Optimizer = new Adam(Parameters, 0.01f) { ClipNorm = 1f };
        }

        public ParameterSet Parameters { get; }

        public Adam Optimizer { get; }

        public Tensor Step(Graph graph, Batch batch)
        {
            var x = graph.Input(batch[0]).Embedding(_table).Lstm([_lstm], new()).Output;
            var options = new AttentionOptions { IsCausal = true, Dropout = _dropout };
            var attended = (x + x.Attention(x, x, 2, options).Output).LayerNorm([12], _gamma, _beta);
            if (_dropout > 0f)
                attended = attended.Dropout(_dropout);
            var last = attended.Permute(1, 0, 2).Slice(6, 1).Reshape([4, 12]);
            var loss = last.Linear(_decoder).CrossEntropy(graph.Input(batch[1]));
            graph.Backward(loss);
            Optimizer.Step();
            return loss;
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            Parameters.Dispose();
        }
    }
}
