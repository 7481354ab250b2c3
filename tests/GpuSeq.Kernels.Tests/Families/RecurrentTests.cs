using ILGPU;
using ILGPU.Runtime;

namespace GpuSeq.Kernels.Tests.Families;

/// <summary>What recurrent launchers refuse, that padding never leaks, and that steps add up to sequences.</summary>
[TestFixture(KernelShape.Row)]
[TestFixture(KernelShape.Group)]
public sealed class RecurrentTests(KernelShape kernelShape)
{
    private const int Batch = 2, Steps = 3, Hidden = 5, Projection = 2;

    private static readonly RecurrentCell[] Cells = Enum.GetValues<RecurrentCell>();

    private CpuKernels _device = null!;
    private Random _random = null!;

    [OneTimeSetUp]
    public void SkipWhereGroupsTakeMinutes()
    {
        if (kernelShape == KernelShape.Group && ComputeRuntime.IsIlgpu)
            Assert.Ignore("ILGPU's CPUs take minutes for so many groups");
    }

    [SetUp]
    public void Open() => (_device, _random) = (new CpuKernels(kernelShape), new Random(1));

    [TearDown]
    public void Close() => _device.Dispose();

    [TestCaseSource(nameof(Cells))]
    public void NaNBeyondALength_LeaksNowhere(RecurrentCell cell)
    {
        var shape = Stack(cell);
        var (x, tape) = (Uniform(shape.Sequences.Rows * shape.Inputs), _device.Floats((int)shape.TapeLength));
        var lengths = _device.Ints([1, 3]);
        x.SubView(shape.Inputs, 2 * shape.Inputs).CopyFromCPU(Enumerable.Repeat(float.NaN, 2 * shape.Inputs).ToArray());
        var weights = Weights(shape);
        var (output, hn, cn) = (_device.Floats((int)shape.Sequences.Rows * shape.OutputWidth), States(shape), LastCells(shape));
        _device.Library.RecurrentStack.Forward(shape, x, weights, tape, default, default, lengths, output, hn, cn);

        // Where the input is no number, so would be the product with a gradient of zero: clear it as a loader of data does.
        Assert.Multiple(() =>
        {
            Assert.That(output.GetAsArray(), Has.None.NaN, "output");
            Assert.That(output.GetAsArray().Skip(shape.OutputWidth).Take(2 * shape.OutputWidth), Is.All.Zero, "output beyond the length");
            Assert.That(hn.GetAsArray().Concat(cn.GetAsArray()), Has.None.NaN, "last states");
        });
        x.SubView(shape.Inputs, 2 * shape.Inputs).MemSetToZero();
        var gradients = Array.ConvertAll(weights, Targets);
        var dx = new GradientTarget(_device.Floats((int)x.Length, float.NaN), Adds: false);
        _device.Library.RecurrentStack.Backward(
            shape, x, weights, tape, lengths, Uniform((int)output.Length), hn, cn, dx, gradients);
        Assert.Multiple(() =>
        {
            Assert.That(dx.Floats.GetAsArray(), Has.None.NaN, "dx");
            Assert.That(dx.Floats.GetAsArray().Skip(shape.Inputs).Take(2 * shape.Inputs), Is.All.Zero, "dx beyond the length");
            foreach (var gradient in gradients)
                Assert.That(gradient.WeightIh.Floats.GetAsArray().Concat(gradient.WeightHh.Floats.GetAsArray()), Has.None.NaN, "dW");
        });
    }

    [TestCaseSource(nameof(Cells))]
    public void StepAfterStep_IsTheSequence(RecurrentCell cell)
    {
        var shape = new SequenceShape(Batch, Steps, Hidden) { Projection = cell == RecurrentCell.Lstm ? Projection : 0 };
        var stack = new StackShape(cell, shape, Hidden);
        var width = stack.Gates * Hidden;
        var weights = Weights(stack)[0] with { WeightIh = Identity(width) };
        var x = Uniform(shape.Rows * width);
        var (output, hn) = (_device.Floats(shape.Rows * shape.StateWidth), _device.Floats(Batch * shape.StateWidth));
        stack = new(cell, shape, width);
        var tape = _device.Floats((int)stack.TapeLength);
        _device.Library.RecurrentStack.Forward(
            stack, x, [weights with { BiasIh = default }], tape, default, default, default, output, hn, _device.Floats(Batch * Hidden));

        var (h, c) = (_device.Floats(Batch * shape.StateWidth), _device.Floats(Batch * Hidden));
        var library = _device.Library;
        for (var step = 0; step < Steps; step++)
        {
            var gates = x.SubView(step * Batch * width, Batch * width);
            Step(gates);
            var expected = output.SubView(step * Batch * shape.StateWidth, h.Length).GetAsArray();
            Assert.That(h.GetAsArray(), Is.EqualTo(expected).Within(1e-6), $"step {step}");
        }

        void Step(ArrayView<float> gates)
        {
            switch (cell)
            {
                case RecurrentCell.Lstm:
                    using (var packed = library.Lstm.Pack(weights.WeightHh, Hidden, weights.WeightHr, Projection))
                        library.Lstm.Step(Batch, packed, weights.BiasHh, gates, h, c);
                    break;
                case RecurrentCell.Gru or RecurrentCell.GruOriginal:
                    var form = cell == RecurrentCell.Gru ? GruForm.ResetAfter : GruForm.ResetBefore;
                    using (var packed = library.Gru.Pack(form, weights.WeightHh, Hidden))
                        library.Gru.Step(Batch, form, packed, weights.BiasHh, gates, h);
                    break;
                default:
                    using (var packed = library.Rnn.Pack(weights.WeightHh, Hidden))
                        library.Rnn.Step(Batch, cell == RecurrentCell.RnnRelu, packed, weights.BiasHh, gates, h);
                    break;
            }
        }
    }

    [Test]
    public void OperandsThatAreTooShort_AreNamedWithBothSizes()
    {
        var shape = new SequenceShape(Batch, Steps, Hidden);
        var tape = new SequenceTape(_device.Floats(90), _device.Floats(30), _device.Floats(30), _device.Floats(90));
        var (state, output) = (_device.Floats(10), _device.Floats(30));
        var (lstm, gru, rnn) = (_device.Library.Lstm, _device.Library.Gru, _device.Library.Rnn);
        Assert.Multiple(() =>
        {
            Refused(
                () => rnn.Forward(shape, false, _device.Floats(24), default, tape, default, default, output, state),
                "Rnn B2 T3 H5: weight_hh has 24 elements and needs 25.");
            Refused(
                () => lstm.Forward(shape, _device.Floats(100), default, tape, default, default, default, output, state, state),
                "Lstm B2 T3 H5: the tape's gates has 90 elements and needs 120.");
            Refused(
                () => gru.Backward(shape, GruForm.ResetAfter, _device.Floats(75), tape, default, output.SubView(1), state),
                "Gru backward B2 T3 H5: the output's gradient has 29 elements and needs 30.");
            Refused(
                () => gru.Forward(
                    shape with { Projection = 3 }, GruForm.ResetAfter, _device.Floats(75), default, tape, default, default, output, state),
                "Gru B2 T3 H5 P3: only an LSTM projects its state.");
            Refused(
                () => _device.Library.RecurrentStack.Forward(
                    new(RecurrentCell.RnnTanh, shape, 4) { Layers = 2 }, output, new DirectionWeights[1], output, default, default, default,
                    output, state, default),
                "RecurrentStack B2 T3 H5 I4 L2: 1 weights for 2 layers in 1 directions.");
        });

        static void Refused(TestDelegate launch, string message) =>
            Assert.That(launch, Throws.ArgumentException.With.Message.StartsWith(message));
    }

    private static StackShape Stack(RecurrentCell cell) => new(
        cell, new(Batch, Steps, Hidden) { BatchFirst = true, Projection = cell == RecurrentCell.Lstm ? Projection : 0 }, 4)
    {
        Layers = 2,
        Directions = 2,
    };

    private DirectionWeights[] Weights(StackShape shape)
    {
        var sums = shape.Gates * Hidden;
        return
        [
            .. Enumerable.Range(0, shape.Layers * shape.Directions).Select(i => new DirectionWeights(
                Uniform(sums * shape.InputsOf(i / shape.Directions)), Uniform(sums * shape.Sequences.StateWidth),
                Uniform(sums), Uniform(sums), Uniform(shape.Sequences.Projection * Hidden))),
        ];
    }

    private DirectionGradients Targets(DirectionWeights weights) => new(
        Like(weights.WeightIh), Like(weights.WeightHh), Like(weights.BiasIh), Like(weights.BiasHh), Like(weights.WeightHr));

    private GradientTarget Like(ArrayView<float> weight) => new(_device.Floats((int)weight.Length, float.NaN), Adds: false);

    private ArrayView<float> States(StackShape shape) => _device.Floats(4 * Batch * shape.Sequences.StateWidth);

    private ArrayView<float> LastCells(StackShape shape) => _device.Floats(shape.Cell == RecurrentCell.Lstm ? 4 * Batch * Hidden : 0);

    private ArrayView<float> Uniform(int length) =>
        _device.Floats([.. Enumerable.Range(0, length).Select(_ => _random.NextSingle() - 0.5f)]);

    private ArrayView<float> Identity(int size) =>
        _device.Floats([.. Enumerable.Range(0, size * size).Select(i => i % (size + 1) == 0 ? 1f : 0f)]);
}
