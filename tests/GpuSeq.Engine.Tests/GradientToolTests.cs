using GpuSeq.Kernels;

namespace GpuSeq.Engine.Tests;

/// <summary>What one has to look into gradients: checks, retained gradients, scopes without.</summary>
public sealed class GradientToolTests
{
    private Device _device = null!;

    [SetUp]
    public void Open() => _device = Device.Open();

    [TearDown]
    public void Close() => _device.Dispose();

    [Test]
    public void CheckGradients_PassesAModel_ItsParametersAndItsIntermediateTensors()
    {
        using var parameters = new ParameterSet(_device, seed: 2);
        var table = parameters.Add("table", [7, 3], Initializer.Normal(1f));
        var gru = new RecurrentWeights(
            parameters.Add("weight_ih", [12, 3], Initializer.FanIn(3)), parameters.Add("weight_hh", [12, 4], Initializer.FanIn(4)));
        for (var pass = 0; pass < 2; pass++) // the second adds to the gradients of the first
        {
            using var graph = _device.BeginGraph(new RandomStream(4));
            var ids = graph.Input([1, 6, 2, 3, 1, 0], [2, 3]);
            var x = ids.Embedding(table).Dropout(0.2f);
            var loss = x.Gru([gru], new()).Output.CrossEntropy(graph.Input([0, 3, 1, 2, 2, 0], [2, 3]));
            var report = graph.CheckGradients(loss, [x, .. parameters.Parameters]);
            Assert.Multiple(() =>
            {
                Assert.That(report.Passed, report.ToString());
                Assert.That(report.Elements, Is.EqualTo(18 + 21 + 36 + 48));
                Assert.That(report.Loss, Is.EqualTo(loss.Item()).Within(1e-6));
            });
        }
    }

    [Test]
    public void CheckGradients_NamesTheElementThatIsWrong()
    {
        using var parameters = new ParameterSet(_device);
        var weight = parameters.Add("weight", [3], Initializer.Ones);
        using var graph = _device.BeginGraph();
        var y = graph.Result([3], weight, graph.Input([0f], [1]));
        graph.Kernels.Elementwise.Scale(weight.Floats, 2f, y.Floats);
        graph.Remember(
            "Double", [weight], [y],
            () => graph.Kernels.Elementwise.Binary(
                BinaryOperation.Multiply, graph.Arrived(y), graph.Input([2f, 2f, 2.5f], [3]).Floats, graph.Accumulate(weight).Floats, 3),
            v => [Array.ConvertAll(v[0], value => 2 * value)]);
        var report = graph.CheckGradients(y.Sum(), weight);
        var exception = Assert.Throws<GradientException>(report.ThrowIfFailed)!;
        Assert.Multiple(() =>
        {
            Assert.That(exception.Message, Does.Contain("weight [3], element 2, is 2.5 by Backward and 2 by central differences"));
            Assert.That(report.Worst!.Error, Is.EqualTo(0.5 / (2 * 1e-4)).Within(1));
        });
    }

    [Test]
    public void CheckGradients_TakesTheSameSampleOfLargeTensors()
    {
        var reports = Enumerable.Range(0, 2).Select(_ =>
        {
            using var graph = _device.BeginGraph();
            var x = graph.Input([.. Enumerable.Range(0, 1000).Select(i => i / 500f - 1f)], [1000], requiresGradient: true);
            return graph.CheckGradients((x * x).Sum(), [x], new() { MaxElements = 20 });
        }).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(reports[0].Elements, Is.EqualTo(20));
            Assert.That(reports[0].Worst, Is.EqualTo(reports[1].Worst));
        });
    }

    [Test]
    public void Gradient_OfAnIntermediateTensor_IsKeptWhereItIsRetained()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([1f, 2f], [2], requiresGradient: true);
        var y = (x * x).RetainGradient();
        var z = y.Scale(3f);
        graph.Backward(z.Sum());
        var exception = Assert.Throws<InvalidOperationException>(() => _ = z.Gradient)!;
        Assert.Multiple(() =>
        {
            Assert.That(x.Gradient!.ToArray(), Is.EqualTo(new[] { 6f, 12f }));
            Assert.That(y.Gradient!.ToArray(), Is.EqualTo(new[] { 3f, 3f }));
            Assert.That(exception.Message, Does.Contain("Float32 [2]").And.Contain("RetainGradient"));
            Assert.That(() => x.Detach().RetainGradient(), Throws.InvalidOperationException.With.Message.Contains("RetainGradient"));
        });
    }

    [Test]
    public void Gradient_OfARecurrentState_IsNotThatWhichIsCarriedOn()
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var weights = new RecurrentWeights(
            parameters.Add("weight_ih", [12, 2], Initializer.Normal(1f)), parameters.Add("weight_hh", [12, 3], Initializer.Normal(1f)));
        using var graph = _device.BeginGraph();
        var result = graph.Input([1f, -1f, 0.5f, 2f], [1, 2, 2]).Lstm([weights], new());
        result.State.RetainGradient();
        result.Cell!.RetainGradient();
        graph.Backward(result.State.Sum() + result.Cell.Scale(2f).Sum());
        Assert.Multiple(() =>
        {
            Assert.That(result.State.Gradient!.ToArray(), Is.EqualTo(new[] { 1f, 1f, 1f }));
            Assert.That(result.Cell.Gradient!.ToArray(), Is.EqualTo(new[] { 2f, 2f, 2f }));
        });
    }

    [Test]
    public void NormPerStep_OfAGradient_ShowsHowFarBackItReaches()
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var weights = new RecurrentWeights(
            parameters.Add("weight_ih", [3, 2], Initializer.Normal(1f)), parameters.Add("weight_hh", [3, 3], Initializer.Zeros));
        using var graph = _device.BeginGraph();
        var x = graph.Input([.. Enumerable.Range(0, 16).Select(i => i / 16f)], [2, 4, 2], requiresGradient: true);
        graph.Backward(x.Rnn([weights], new()).State.Sum());
        var gradient = x.Gradient!;
        var norms = gradient.NormPerStep().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(norms.Take(3), Is.All.Zero, "the state forgets at once");
            Assert.That(norms[3], Is.EqualTo(Math.Sqrt(new[] { 6, 7, 14, 15 }.Sum(i => Math.Pow(gradient.ToArray()[i], 2)))).Within(1e-6));
        });
    }

    [Test]
    public void Transpose_IsCopiedOnlyWhereItIsNotReadInPlace()
    {
        using var graph = _device.BeginGraph();
        var a = graph.Input([1f, 2f, 3f, 4f, 5f, 6f], [2, 3], requiresGradient: true);
        var before = _device.Pool.BlocksInUse;
        var transposed = a.Transpose();
        Assert.That(_device.Pool.BlocksInUse, Is.EqualTo(before), "a view");
        var product = a.MatMul(transposed);
        Assert.That(_device.Pool.BlocksInUse, Is.EqualTo(before + 1), "the product alone");
        graph.Backward(product.Sum());
        Assert.Multiple(() =>
        {
            Assert.That(product.ToArray(), Is.EqualTo(new[] { 14f, 32f, 32f, 77f }));
            Assert.That(_device.Pool.BlocksInUse, Is.EqualTo(before + 3), "the product, the sum, and the gradient of a");
            Assert.That(transposed.ToArray(), Is.EqualTo(new[] { 1f, 4f, 2f, 5f, 3f, 6f }));
            Assert.That(a.Gradient!.ToArray(), Is.EqualTo(new[] { 10f, 14f, 18f, 10f, 14f, 18f }));
        });
    }

    [Test]
    public void NoGradient_RecordsNothingUntilTheScopeEnds()
    {
        using var graph = _device.BeginGraph();
        var x = graph.Input([2f], [1], requiresGradient: true);
        Tensor constant, inner;
        using (graph.NoGradient())
        {
            using (graph.NoGradient())
                inner = x * x;
            constant = x * x + inner.Reshape([1]);
        }
        graph.Backward((constant * x).Sum());
        Assert.Multiple(() =>
        {
            Assert.That(constant.RequiresGradient, Is.False);
            Assert.That(x.Gradient!.Item(), Is.EqualTo(8f));
        });
    }

    [Test]
    public void MicroBatches_AddUpToTheGradientOfTheWholeBatch()
    {
        using var parameters = new ParameterSet(_device, seed: 1);
        var weight = parameters.Add("weight", [3, 4], Initializer.Normal(1f));
        var bias = parameters.Add("bias", [3], Initializer.Normal(1f));
        var x = Enumerable.Range(0, 6 * 4).Select(i => MathF.Sin(i)).ToArray();
        int[] targets = [0, 2, 1, 1, 0, 2];
        var whole = Gradients(6);
        parameters.ClearGradients();
        Assert.That(Gradients(2), Is.EqualTo(whole).Within(1e-6f));

        float[] Gradients(int size)
        {
            for (var begin = 0; begin < 6; begin += size)
            {
                using var graph = _device.BeginGraph();
                var logits = graph.Input(x.AsSpan(begin * 4, size * 4), [size, 4]).Linear(weight, bias);
                var loss = logits.CrossEntropy(graph.Input(targets.AsSpan(begin, size), [size]));
                graph.Backward(loss.Scale(size / 6f));
            }
            return [.. weight.Gradient!.ToArray(), .. bias.Gradient!.ToArray()];
        }
    }
}
