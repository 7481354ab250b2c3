using GpuSeq.Engine.Checkpoints;

namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>Models take their parameters from files that may hold others.</summary>
public class LoadTests
{
    private TemporaryFolder _folder = null!;
    private Device _device = null!;
    private ParameterSet _model = null!;
    private string _path = null!;

    [SetUp]
    public void MakeModel()
    {
        _folder = new TemporaryFolder();
        _path = _folder.File(Checkpoint.ModelFile);
        _device = Device.Open();
        _model = new ParameterSet(_device, seed: 1);
        foreach (var (name, rows) in new[] { ("embedding", 4), ("head", 3), ("bias", 1) })
            _model.Add(name, [rows, 2], Initializer.FanIn(2));
    }

    [TearDown]
    public void DeleteModel()
    {
        _model.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Differences_are_a_table_and_nothing_is_loaded()
    {
        Write(("embedding", 4), ("head", 5), ("position\nids", 7));
        var before = Values();
        var refused = Assert.Throws<LoadException>(() => TensorFiles.Load(_path, _model))!;
        Assert.That(refused.Message, Is.EqualTo($"""
            {_path}: does not fit the model: 1 missing, 1 unexpected, 1 of another shape, 1 that fit
            TENSOR        IN THE FILE  IN THE MODEL
            bias          missing      [1, 2]
            position?ids  [7, 2]       unexpected
            head          [5, 2]       [3, 2]
            """.ReplaceLineEndings("\n")));
        Assert.Multiple(() =>
        {
            Assert.That(refused.File, Is.EqualTo(_path));
            Assert.That(refused.Report.Loaded, Is.EqualTo(new[] { "embedding" }));
            Assert.That(refused.Report.Missing.Single(), Is.EqualTo(new TensorDifference("bias", null, [1, 2])));
            Assert.That(refused.Report.Unexpected.Single().Name, Is.EqualTo("position\nids"));
            Assert.That(refused.Report.Mismatched.Single().InFile, Is.EqualTo(new long[] { 5, 2 }));
            Assert.That(Values(), Is.EqualTo(before));
        });
    }

    [Test]
    public void Each_difference_is_allowed_by_its_own_option([Values] bool missing, [Values] bool unexpected, [Values] bool mismatched)
    {
        Write(("embedding", 4), ("head", 5), ("ids", 7));
        var options = new LoadOptions { AllowMissing = missing, AllowUnexpected = unexpected, AllowMismatched = mismatched };
        var before = Values();
        if (!(missing && unexpected && mismatched))
        {
            Assert.Throws<LoadException>(() => TensorFiles.Load(_path, _model, options));
            return;
        }

        var report = TensorFiles.Load(_path, _model, options);
        Assert.That(report.IsComplete, Is.False);
        Assert.That(report.Summary, Is.EqualTo("1 missing, 1 unexpected, 1 of another shape, 1 that fit"));
        Assert.That(Values(), Is.EqualTo(new[] { Enumerable.Repeat(7f, 8).ToArray(), before[1], before[2] }));
    }

    [Test]
    public void Names_are_turned_into_the_model_s()
    {
        Write(("bert.embedding", 4), ("bert.head", 3), ("bert.gamma", 1), ("bert.ids", 7));
        var report = TensorFiles.Load(_path, _model, new LoadOptions
        {
            Rename = name => name == "bert.ids" ? null : name.Replace("bert.", "").Replace("gamma", "bias"),
        });
        Assert.That(report.IsComplete, "what is left out is not unexpected");
        Assert.That(report.Loaded, Is.EqualTo(new[] { "embedding", "head", "bias" }));
        Assert.That(report.ToString(), Is.Empty);
        Assert.That(Values().SelectMany(values => values), Has.All.EqualTo(7f));

        var twice = Assert.Throws<CheckpointException>(() => TensorFiles.Load(_path, _model, new() { Rename = _ => "bias" }))!;
        Assert.That(twice.Message, Is.EqualTo($"{_path}: tensor 'bert.head': and 'bert.embedding' both stand for the model's 'bias'"));
    }

    [Test]
    public void Types_that_are_not_read_are_refused_before_anything_is_loaded()
    {
        SafeTensorsWriter.Write(_path,
        [
            TensorData.FromFloats("embedding", [4, 2], new float[8]), TensorData.FromFloats("bias", [1, 2], new float[2]),
            TensorData.FromBytes("head", ElementType.Float64, [3, 2], new byte[48]),
        ]);
        var before = Values();
        var everything = new LoadOptions { AllowMissing = true, AllowUnexpected = true, AllowMismatched = true };
        var refused = Assert.Throws<CheckpointException>(() => TensorFiles.Load(_path, _model, everything))!;
        Assert.That(refused.Message, Is.EqualTo($"{_path}: tensor 'head': holds F64, expected F32, F16 or BF16"));
        Assert.That(Values(), Is.EqualTo(before));
    }

    [Test]
    public void Long_tables_are_cut()
    {
        Write([.. Enumerable.Range(0, 25).Select(i => ($"layer.{i}", 1))]);
        var message = Assert.Throws<LoadException>(() => TensorFiles.Load(_path, _model))!.Message;
        Assert.That(message.Split('\n'), Has.Length.EqualTo(2 + 3 + 20 + 1).And.Some.EqualTo("... and 5 more"));
    }

    [Test]
    public void Half_precision_is_widened_and_integers_are_narrowed_on_the_way_to_the_device()
    {
        const int Count = 100_000; // more than one part
        var halves = Enumerable.Range(0, Count).SelectMany(i => BitConverter.GetBytes((Half)(i % 2000))).ToArray();
        var longs = Enumerable.Range(0, Count).Select(i => (long)i - 50).ToArray();
        var tooLong = new long[Count];
        tooLong[70_000] = 1L << 31;
        SafeTensorsWriter.Write(_path,
        [
            TensorData.FromBytes("half", ElementType.Float16, [Count], halves), TensorData.FromInts("ids", [Count], longs),
            TensorData.FromInts("long", [Count], tooLong), TensorData.FromBytes("mask", ElementType.Bool, [4], new byte[] { 0, 1, 2, 255 }),
        ]);
        using var graph = _device.BeginGraph();
        var floats = graph.Input(new float[Count], [Count]);
        var ints = graph.Input(new int[Count], [Count]);
        var mask = graph.Input(new int[4], [4]);
        using var file = SafeTensorsFile.Open(_path);
        TensorFiles.ReadInto(file, "half", floats);
        TensorFiles.ReadInto(file, "ids", ints);
        TensorFiles.ReadInto(file, "mask", mask);
        Assert.Multiple(() =>
        {
            Assert.That(floats.ToArray(), Is.EqualTo(Enumerable.Range(0, Count).Select(i => (float)(i % 2000))));
            Assert.That(ints.ToIntArray(), Is.EqualTo(longs));
            Assert.That(mask.ToIntArray(), Is.EqualTo(new[] { 0, 1, 1, 1 }));
            Assert.That(() => TensorFiles.ReadInto(file, "long", ints), Throws.InstanceOf<CheckpointException>()
                .With.Message.EqualTo($"{_path}: tensor 'long': element 70000 is 2147483648, which does not fit into 32 bits"));
            Assert.That(() => TensorFiles.ReadInto(file, "half", ints), Throws.InstanceOf<CheckpointException>()
                .With.Message.EqualTo($"{_path}: tensor 'half': holds F16, expected I64, I32, U8 or BOOL"));
        });

        var copy = _folder.File("copy.safetensors");
        TensorFiles.ReadInto(file, "ids", ints);
        TensorFiles.Save(copy, [("ids", ints), ("half", floats)]);
        using var written = SafeTensorsFile.Open(copy);
        Assert.That(written.Find("ids").ElementType, Is.EqualTo(ElementType.Int32));
        Assert.That(written.ReadInts("ids"), Is.EqualTo(longs));
    }

    private void Write(params (string Name, int Rows)[] tensors) => SafeTensorsWriter.Write(_path, tensors.Select(tensor =>
        TensorData.FromFloats(tensor.Name, [tensor.Rows, 2], Enumerable.Repeat(7f, tensor.Rows * 2).ToArray())));

    private float[][] Values() => [.. _model.Parameters.Select(parameter => parameter.ToArray())];
}
