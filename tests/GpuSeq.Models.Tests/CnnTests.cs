using System.Buffers.Binary;
using System.IO.Compression;
using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Convolutional networks, from images to classes.</summary>
public sealed class CnnTests
{
    private static readonly CnnConfig Small = new() { Height = 0, Width = 0, Classes = [], Filters = [4, 8, 8], Hidden = 16 };

    [Test]
    public void BuiltInDigits_AreLearned_ButNotWithShuffledLabels()
    {
        using var folder = new TemporaryFolder();
        var digits = DrawnDigits.Draw(300, seed: 1);
        var labels = digits.Labels.ToArray();
        new SplitMix64(5).Shuffle(labels.AsSpan());
        var learned = Train(folder.File("right"), digits);
        var planted = Train(folder.File("shuffled"), digits with { Labels = labels });
        using var device = Device.Open();
        Write(folder.Path, "t10k", 300, digits.Pixels.Span, digits.Labels.Span);
        var again = TrainedModels.Evaluate(device, new(folder.File("right")), folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(learned.Evaluation!.Metrics["accuracy"], Is.GreaterThan(0.8), "chance is 0.1");
            Assert.That(learned.Evaluation.Metrics["macro_f1"], Is.GreaterThan(0.75));
            Assert.That(learned.Evaluation.Examples, Is.EqualTo(100));
            Assert.That(planted.Evaluation!.Metrics["accuracy"], Is.LessThan(0.35));
            Assert.That(again.Examples, Is.EqualTo(300));
            Assert.That(again.Metrics["accuracy"], Is.GreaterThan(0.85));
            Assert.That(File.ReadAllText(folder.File("right/report.html")), Does.Contain("Confusion"));
            Assert.That(File.Exists(folder.File("shuffled/pictures/mistakes.svg")));
        });
    }

    [Test]
    public void Parameters_AllGetGradients()
    {
        using var device = Device.Open();
        using var task = new CnnTask(device, DrawnDigits.Draw(40, seed: 2), Small with { Dropout = 0.2f }, batch: 36, seed: 1);
        Gradients.AreThere(task);
        Assert.That(task.Parameters.Parameters.Select(parameter => parameter.ToString()), Is.EqualTo(new[]
        {
            "conv1.weight [4, 1, 3, 3]", "conv1.bias [4]", "conv2.weight [8, 4, 3, 3]", "conv2.bias [8]",
            "conv3.weight [8, 8, 3, 3]", "conv3.bias [8]", "fc1.weight [16, 72]", "fc1.bias [16]", "fc2.weight [10, 16]", "fc2.bias [10]",
        }));
    }

    [Test]
    public void Folder_IsReadPlainOrCompressed([Values] bool isCompressed)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "train", 3, [.. Enumerable.Range(0, 36).Select(i => (byte)i)], [2, 0, 1], rows: 4, isCompressed);
        var images = ImageFolder.ReadTrain(folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That((images.Height, images.Width, images.Count, images.Classes), Is.EqualTo((4, 3, 3, 3)));
            Assert.That(images[1].ToArray(), Is.EqualTo(Enumerable.Range(12, 12)));
            Assert.That(images.Labels.ToArray(), Is.EqualTo(new[] { 2, 0, 1 }));
            Assert.That(ImageFolder.ReadTest(folder.Path), Is.Null);
            Assert.That(ImageFolder.ReadToMeasure(folder.Path).Count, Is.EqualTo(3));
        });
    }

    [TestCase("", "it ends after 0 bytes, within the 8")]
    [TestCase("000008030000000100000001", "magic number is 0x00000803, not 0x00000801")]
    [TestCase("000008010000000003", "gives 0 elements")]
    [TestCase("00000801ffffffff03", "gives -1 elements")]
    [TestCase("00000801000000020001ff", "gives 2 = 2 elements, but 3 bytes")]
    [TestCase("00000801000000020001", "holds 2 labels for the 3 images of train-images-idx3-ubyte")]
    [TestCase("000008010000000301", "but 1 bytes")]
    [TestCase("1f8b0800ff", "decompress|within the 8")]
    public void BrokenLabels_SayWhatIsWrong(string hex, string reason)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, "train", 3, new byte[36], [2, 0, 1], rows: 4);
        File.WriteAllBytes(folder.File("train-labels-idx1-ubyte"), Convert.FromHexString(hex));
        var failure = Assert.Throws<DataException>(() => ImageFolder.ReadTrain(folder.Path));
        Assert.That(failure!.Message, Does.Contain("train-labels-idx1-ubyte").And.Match(reason));
    }

    [Test]
    public void Folder_ThatLacksFilesSaysWhich()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => ImageFolder.ReadTrain(folder.File("none")), Throws.TypeOf<DataException>().With.Message.Contains("no such folder"));
        Assert.That(() => ImageFolder.ReadTrain(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("train-images"));
        Write(folder.Path, "t10k", 1, new byte[9], [1], rows: 3);
        File.Delete(folder.File("t10k-images-idx3-ubyte"));
        Assert.That(() => ImageFolder.ReadTest(folder.Path), Throws.TypeOf<DataException>().With.Message.Contains("no t10k-images-idx3-ubyte"));
    }

    [Test]
    public void ImagesToMeasureOn_MustFitTheModel()
    {
        using var device = Device.Open();
        var digits = DrawnDigits.Draw(20, seed: 1);
        var other = new ImageSet(14, 56, digits.Pixels, digits.Labels, "wide");
        var more = digits with { Labels = Enumerable.Repeat((byte)12, 20).ToArray(), Source = "letters" };
        Assert.Multiple(() =>
        {
            Assert.That(() => Task(other), Throws.TypeOf<DataException>().With.Message.Contains("wide: its images are 14 x 56"));
            Assert.That(() => Task(more), Throws.TypeOf<DataException>().With.Message.Contains("letters: a label is 12"));
        });

        void Task(ImageSet validation) => new CnnTask(device, digits, Small, 5, 1, validation).Dispose();
    }

    [Test]
    public void Layers_HavePyTorchsParametersAndShapes()
    {
        using var device = Device.Open();
        using var parameters = new ParameterSet(device, seed: 1);
        var scope = new ParameterScope(parameters);
        var images = new Conv2d(scope["a"], 4, 6, (3, 2), new() { Stride = (2, 1), Padding = (1, 0), Groups = 2 }, bias: false);
        var sequences = new Conv1d(scope["b"], 4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2);
        using var graph = device.BeginGraph();
        Assert.Multiple(() =>
        {
            Assert.That(
                parameters.Parameters.Select(parameter => parameter.ToString()),
                Is.EqualTo(new[] { "a.weight [6, 2, 3, 2]", "b.weight [6, 2, 3]", "b.bias [6]" }));
            Assert.That(images.Forward(graph.Input(new float[4 * 49], [1, 4, 7, 7])).Shape, Is.EqualTo(new Shape(1, 6, 4, 6)));
            Assert.That(sequences.Forward(graph.Input(new float[36], [1, 4, 9])).Shape, Is.EqualTo(new Shape(1, 6, 4)));
            Assert.That(() => new Conv1d(scope["c"], 4, 6, 3, groups: 4), Throws.ArgumentException.With.Message.Contains("4 groups"));
        });
    }

    private static TrainingResult Train(string folder, ImageSet images)
    {
        using var device = Device.Open();
        var options = new TrainingOptions { Epochs = 12, Batch = 20, LearningRate = 5e-3f };
        using var task = new CnnTask(device, images, Small, options.Batch, options.Seed, DrawnDigits.Draw(100, seed: 9));
        using var trainer = new Trainer(task, options, new RunFolder(folder));
        return trainer.Run();
    }

    private static void Write(
        string folder, string part, int count, ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> labels, int rows = 28, bool isCompressed = false)
    {
        Save($"{part}-images-idx3-ubyte", [0x803, count, rows, pixels.Length / count / rows], pixels);
        Save($"{part}-labels-idx1-ubyte", [0x801, count], labels);

        void Save(string name, int[] header, ReadOnlySpan<byte> content)
        {
            using var file = File.Create(Path.Combine(folder, isCompressed ? $"{name}.gz" : name));
            using Stream stream = isCompressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
            foreach (var number in header)
            {
                var bytes = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(bytes, number);
                stream.Write(bytes);
            }
            stream.Write(content);
        }
    }
}
