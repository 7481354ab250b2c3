using GpuSeq.Engine;

namespace GpuSeq.Models.Tests;

/// <summary>Layers that learn more slowly than those above them, or not at all.</summary>
public sealed class LayerRatesTests
{
    [TestCase(BertConfig.Bert)]
    [TestCase(BertConfig.Roberta)]
    [TestCase(BertConfig.Electra)]
    public void Rates_FallFromLayerToLayer(string type)
    {
        var rates = Rates(type, 0.5f);
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, factor) in rates)
            {
                var expected = name.Contains("embeddings") ? 0.125f : name.Contains("layer.0.") ? 0.25f : name.Contains("layer.1.") ? 0.5f : 1f;
                Assert.That(factor, Is.EqualTo(expected), name);
            }
        }
    }

    [Test]
    public void SharedLayers_CountAtTheirLastPlace()
    {
        var rates = Rates(BertConfig.Albert, 0.5f);
        Assert.Multiple(() =>
        {
            Assert.That(rates["albert.encoder.embedding_hidden_mapping_in.weight"], Is.EqualTo(0.125f));
            Assert.That(rates["albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"], Is.EqualTo(0.5f));
            Assert.That(rates["albert.pooler.weight"], Is.EqualTo(1f));
        });
    }

    [Test]
    public void BiasesAndNorms_HaveNoDecay([Values(1f, 0.5f)] float decay)
    {
        using var device = Device.Open();
        using var model = new BertModel<ClassificationHead>(device, BertTuningSetup.Small);
        var groups = LayerRates.Groups(model.Config, decay);
        using (Assert.EnterMultipleScope())
        {
            foreach (var parameter in model.Parameters.Parameters)
            {
                var group = groups.FirstOrDefault(group => group.Contains(parameter));
                Assert.That(group?.WeightDecay, parameter.Shape.Rank <= 1 ? Is.Zero : Is.Null, parameter.Name);
            }
        }
    }

    [TestCase(null, 0, 0)]
    [TestCase(0, 5, 0)] // three tables and a norm
    [TestCase(1, 5, 16)]
    public void Frozen_AreTheEmbeddingsAndTheFirstLayers(int? layers, int embeddings, int ofFirst)
    {
        using var device = Device.Open();
        using var model = new BertModel<ClassificationHead>(device, BertTuningSetup.Small);
        LayerRates.Freeze(model.Parameters, model.Config, layers);
        string[] frozen = [.. model.Parameters.Parameters.Where(parameter => parameter.IsFrozen).Select(parameter => parameter.Name)];
        Assert.Multiple(() =>
        {
            Assert.That(frozen.Count(name => name.Contains("embeddings")), Is.EqualTo(embeddings));
            Assert.That(frozen.Count(name => name.Contains("layer.0.")), Is.EqualTo(ofFirst));
            Assert.That(frozen, Has.Length.EqualTo(embeddings + ofFirst));
        });
    }

    [Test]
    public void Training_LeavesFrozenLayersAloneAndMovesOthersByTheirRate()
    {
        using var device = Device.Open();
        using var folder = new TemporaryFolder();
        var examples = TextExamples.Of(BuiltInOpinions.Create());
        var options = BertTuningSetup.Options(steps: 1, TrainingGoal.Loss) with { Schedule = "constant", ClipNorm = 0f, WeightDecay = 0f };
        var run = new BertExampleRun { FrozenLayers = 0, LayerDecay = 0.1f };
        using var task = new BertExampleTask(device, BertTuningSetup.Origin(examples), examples, run, options);
        var before = task.Parameters.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.ToArray());
        BertTuningSetup.Train(task, options, run, folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Change("bert.embeddings.word_embeddings.weight"), Is.Zero);
            Assert.That(Change("bert.encoder.layer.0.output.dense.weight"), Is.EqualTo(0.01 * options.LearningRate).Within(0.1).Percent);
            Assert.That(Change("bert.encoder.layer.1.output.dense.weight"), Is.EqualTo(0.1 * options.LearningRate).Within(0.1).Percent);
            Assert.That(Change("classifier.weight"), Is.EqualTo(options.LearningRate).Within(0.1).Percent, "Adam's first step");
        });

        double Change(string name) => task.Parameters.Find(name)!.ToArray().Zip(before[name]).Max(value => Math.Abs(value.First - value.Second));
    }

    private static Dictionary<string, float> Rates(string type, float decay)
    {
        using var device = Device.Open();
        using var model = new BertModel<ClassificationHead>(device, BertTuningSetup.Of(type));
        var groups = LayerRates.Groups(model.Config, decay);
        return model.Parameters.Parameters.ToDictionary(
            parameter => parameter.Name, parameter => groups.FirstOrDefault(group => group.Contains(parameter))?.LearningRateFactor ?? 1f);
    }
}
