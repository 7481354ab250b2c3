namespace GpuSeq.Engine.Tests;

/// <summary>What a graph promises: gradients, memory that comes back, errors that say what is wrong.</summary>
public sealed class GraphTests
{
    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void Backward_GivesTheGradientsOfAProductOfSums()
    {
        using var graph = _device.BeginGraph();
        var a = graph.Input([1f, 2f, 3f, 4f], [2, 2], requiresGradient: true);
        var b = graph.Input([5f, 6f], [2], requiresGradient: true);
        var y = (a * b + a).Sum(); // sum of a (b + 1): da = b + 1, db = column sums of a
        graph.Backward(y);
        Assert.Multiple(() =>
        {
            Assert.That(y.Item(), Is.EqualTo(1 * 6 + 2 * 7 + 3 * 6 + 4 * 7));
            Assert.That(a.Gradient!.ToArray(), Is.EqualTo(new[] { 6f, 7f, 6f, 7f }));
            Assert.That(b.Gradient!.ToArray(), Is.EqualTo(new[] { 4f, 6f }));
        });
    }

    [Test]
    public void Backward_AddsTheGradientsOfAllUses()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([2f, -3f], [2], requiresGradient: true);
        graph.Backward((x * x - x / x + x.Scale(3f)).Sum()); // x^2 - 1 + 3 x
        Assert.That(x.Gradient!.ToArray(), Is.EqualTo(new[] { 7f, -3f }).Within(1e-6f));
    }

    [Test]
    public void Backward_GoesThroughSlicesAndShapesAndStopsAtDetachedTensors()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([1f, 2f, 3f, 4f, 5f, 6f], [3, 2], requiresGradient: true);
        var middle = x.Slice(1, 1).Reshape([2]);
        graph.Backward((middle * middle + x.Detach().Slice(0, 1).Reshape([2])).Sum());
        Assert.That(x.Gradient!.ToArray(), Is.EqualTo(new[] { 0f, 0f, 6f, 8f, 0f, 0f }));
    }

    [Test]
    public void Backward_AddsToTheGradientsOfParametersUntilTheyAreCleared()
    {
        using var parameters = new ParameterSet(_device);
        var weight = parameters.Add("weight", [1, 2], Initializer.Ones);
        var unused = parameters.Add("unused", [3], Initializer.Ones);
        for (var i = 0; i < 2; i++)
            Step();
        Assert.That(weight.Gradient!.ToArray(), Is.EqualTo(new[] { 4f, 6f }));
        parameters.ClearGradients();
        Step();
        Assert.Multiple(() =>
        {
            Assert.That(weight.Gradient!.ToArray(), Is.EqualTo(new[] { 2f, 3f }));
            Assert.That(unused.Gradient!.ToArray(), Is.EqualTo(new[] { 0f, 0f, 0f }));
        });

        void Step()
        {
            using var graph = _device.BeginGraph();
            graph.Backward(graph.Input([2f, 3f], [1, 2]).Linear(weight).Sum());
        }
    }

    [Test]
    public void Scope_ReturnsEveryTemporary()
    {
        using var parameters = new ParameterSet(_device, seed: 3);
        var weights = new RecurrentWeights(
            parameters.Add("weight_ih", [12, 2], Initializer.FanIn(3)), parameters.Add("weight_hh", [12, 3], Initializer.FanIn(3)),
            parameters.Add("bias_ih", [12], Initializer.FanIn(3)), parameters.Add("bias_hh", [12], Initializer.FanIn(3)));
        using var optimizer = new Adam(parameters) { ClipNorm = 1f };
        Step(); // takes the parameters' and gradients' memory
        var before = _device.Pool.BlocksInUse;
        Step();
        Assert.That(_device.Pool.BlocksInUse, Is.EqualTo(before));

        void Step()
        {
            using var graph = _device.BeginGraph(new RandomStream(1));
            var x = graph.Input(new float[4 * 5 * 2], [4, 5, 2]);
            var y = x.Lstm([weights], new()).Output.Dropout(0.5f);
            graph.Backward(y.CrossEntropy(graph.Input(new int[20], [4, 5])));
            optimizer.Step();
        }
    }

    [Test]
    public void Bits_DoNotDependOnTheNumberOfThreads()
    {
        var one = Train(1);
        Assert.Multiple(() =>
        {
            Assert.That(Train(1), Is.EqualTo(one), "a second run");
            Assert.That(Train(2), Is.EqualTo(one), "2 threads");
            Assert.That(Train(4), Is.EqualTo(one), "4 threads");
        });

        static float[] Train(int threads)
        {
            using var device = Device.Cpu(threads);
            using var parameters = new ParameterSet(device, seed: 5);
            var table = parameters.Add("table", [40, 24], Initializer.Normal(1f));
            var weights = new RecurrentWeights(
                parameters.Add("weight_ih", [192, 24], Initializer.FanIn(64)),
                parameters.Add("weight_hh", [192, 64], Initializer.FanIn(64)),
                parameters.Add("bias_ih", [192], Initializer.FanIn(64)), parameters.Add("bias_hh", [192], Initializer.FanIn(64)));
            var decoder = parameters.Add("decoder", [40, 64], Initializer.FanIn(64));
            using var optimizer = new Adam(parameters) { ClipNorm = 0.5f };
            var random = new RandomStream(7);
            var ids = Enumerable.Range(0, 16 * 33).Select(i => i * i % 40).ToArray();
            for (var step = 0; step < 3; step++)
            {
                using var graph = device.BeginGraph(random);
                var x = graph.Input(ids, [16, 33]).Embedding(table).Dropout(0.1f);
                var logits = x.Gru([weights], new()).Output.Linear(decoder);
                graph.Backward(logits.CrossEntropy(graph.Input(ids, [16, 33])));
                optimizer.Step();
            }
            return [.. parameters.Parameters.SelectMany(parameter => parameter.ToArray())];
        }
    }

    [Test]
    public void Errors_NameTheOperationAndBothShapes()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input(new float[12], [3, 4], requiresGradient: true);
        var ids = graph.Input(new int[3], [3]);
        Assert.Multiple(() =>
        {
            Expect<ShapeException>(() => x.Linear(graph.Input(new float[10], [2, 5])), "Linear", "[3, 4]", "[2, 5]");
            Expect<ShapeException>(() => x.Affine(graph.Input(new float[10], [5, 2])), "Affine", "[3, 4]", "[5, 2]");
            Expect<ShapeException>(() => x.MatMul(x), "MatMul", "[3, 4]");
            Expect<ShapeException>(() => x.Add(graph.Input(new float[3], [3])), "Add", "[3, 4]", "[3]");
            Expect<ShapeException>(() => x.Reshape([5]), "Reshape", "[3, 4]", "[5]");
            Expect<ShapeException>(() => x.Slice(2, 2), "Slice", "[3, 4]");
            Expect<ShapeException>(() => x.CrossEntropy(graph.Input(new int[4], [4])), "CrossEntropy", "[3, 4]", "[4]");
            Expect<ShapeException>(() => x.Embedding(x), "Embedding");
            Expect<InvalidOperationException>(() => ids.Floats.ToString(), "Int32", "Float32");
            Expect<InvalidOperationException>(() => x.Item(), "[3, 4]");
            Expect<InvalidOperationException>(() => graph.Backward(x), "Backward", "[3, 4]");
            Expect<InvalidOperationException>(() => graph.Backward(graph.Input([1f], [1])), "does not depend");
            Expect<ArgumentException>(() => graph.Input(new float[5], [2, 3]), "5", "[2, 3]");
            Expect<ArgumentOutOfRangeException>(() => x.Dropout(1f), "Dropout", "1");
            Expect<InvalidOperationException>(() => x.Dropout(0.5f), "RandomStream");
        });
    }

    [Test]
    public void Backward_RefusesAnOperationWithoutAGradient()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([1f], [1], requiresGradient: true);
        var y = graph.Result(x.Shape, x);
        graph.Kernels.Elementwise.Scale(x.Floats, 2f, y.Floats);
        graph.Remember("Mystery", [x], [y], null, v => [v[0]]);
        Expect<InvalidOperationException>(() => graph.Backward(y.Sum()), "Mystery");
    }

    [Test]
    public void Backward_RefusesALossWhoseRecordIsUsedUp()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([1f], [1], requiresGradient: true);
        var (first, second) = (x.Sum(), x.Mean());
        graph.Backward(first);
        Expect<InvalidOperationException>(() => graph.Backward(second), "earlier");
        graph.Backward(x.Sum());
        Assert.That(x.Gradient!.Item(), Is.EqualTo(2f));
    }

    [Test]
    public void Graphs_DoNotMixAndDoNotOutliveTheirScope()
    {
        using var first = _device.BeginGraph();
        var x = first.Input([1f], [1]);
        var second = _device.BeginGraph();
        var y = second.Input([1f], [1]);
        Assert.Multiple(() =>
        {
            Expect<InvalidOperationException>(() => x.Add(y), "different graphs");
            Expect<InvalidOperationException>(() => first.Backward(y), "another graph");
        });
        second.Dispose();
        Expect<InvalidOperationException>(() => y.ToArray(), "scope");
    }

    [Test]
    public void Evaluation_RecordsNothing()
    {
        using var graph = _device.BeginGraph(isTraining: false);
        var x = graph.Input([1f], [1], requiresGradient: true);
        Assert.Multiple(() =>
        {
            Assert.That(x.Dropout(0.9f), Is.SameAs(x));
            Expect<InvalidOperationException>(() => graph.Backward(x.Sum()), "without training");
        });
    }

    [Test]
    public void Parameters_AreNamedOnceAndAddedBeforeTheyAreUsed()
    {
        using var parameters = new ParameterSet(_device);
        var weight = parameters.Add("weight", [2], Initializer.Zeros);
        Expect<ArgumentException>(() => parameters.Add("weight", [3], Initializer.Zeros), "weight");
        weight.Assign([1f, 2f]);
        Expect<InvalidOperationException>(() => parameters.Add("late", [2], Initializer.Zeros), "late");
    }

    [Test]
    public void Initializers_DrawTheSameForASeedAndWithinTheirBounds()
    {
        var first = Draw(1);
        Assert.Multiple(() =>
        {
            Assert.That(Draw(1), Is.EqualTo(first));
            Assert.That(Draw(2), Is.Not.EqualTo(first));
            Assert.That(first.Take(1000), Is.All.InRange(-0.25f, 0.25f));
            Assert.That(first.Take(1000).Average(), Is.EqualTo(0).Within(0.03));
            Assert.That(first.Skip(1000).Average(value => value * value), Is.EqualTo(4).Within(0.6));
        });

        float[] Draw(ulong seed)
        {
            using var parameters = new ParameterSet(_device, seed);
            var even = parameters.Add("even", [1000], Initializer.FanIn(16));
            var normal = parameters.Add("normal", [1000], Initializer.Normal(2f));
            return [.. even.ToArray(), .. normal.ToArray()];
        }
    }

    [Test]
    public void Devices_ThatAreNotThereSayWhy() => Assert.Multiple(() =>
    {
        Expect<DeviceException>(() => Device.Open("quantum"), "quantum", "cpu");
        Assert.That(Device.List(), Has.Some.Matches<DeviceInfo>(device => device is { Id: "cpu", IsAvailable: true }));
    });

    private static void Expect<T>(TestDelegate code, params string[] words)
        where T : Exception
    {
        var exception = Assert.Throws<T>(code)!;
        foreach (var word in words)
            Assert.That(exception.Message, Does.Contain(word));
    }
}
