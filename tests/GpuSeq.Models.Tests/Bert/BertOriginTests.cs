namespace GpuSeq.Models.Tests;

/// <summary>What a fine-tuning begins with.</summary>
public sealed class BertOriginTests
{
    private static readonly BertConfig WithoutDropout = BertTuningSetup.Small;

    [Test]
    public void Run_WithoutDropoutIsFineTunedWithWhatIsPublished()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Loaded(WithoutDropout, isRun: true), Is.EqualTo((0.1f, 0.1f)));
            Assert.That(Loaded(WithoutDropout with { HiddenDropout = 0.2f }, isRun: true), Is.EqualTo((0.2f, 0f)));
            Assert.That(Loaded(BertTuningSetup.Of(BertConfig.Albert), isRun: true), Is.EqualTo((0f, 0f)));
            Assert.That(Loaded(WithoutDropout, isRun: false), Is.EqualTo((0f, 0f)), "a folder of the Hub means what it says");
            Assert.That(Loaded(WithoutDropout, isRun: true, isResumed: true), Is.EqualTo((0f, 0f)), "what goes on stays as it was");
        });
    }

    private static (float Hidden, float Attention) Loaded(BertConfig config, bool isRun, bool isResumed = false)
    {
        using var folder = new TemporaryFolder();
        var origin = BertOrigin.New(config, ["a text of a few words"], vocabSize: 100);
        origin.Config.Save(folder.File("config.json"));
        origin.Encoder.Save(folder.Path);
        if (isRun)
            JsonFile.Save(folder.File("recipe.json"), new PretrainingRun());
        var loaded = isResumed ? BertOrigin.Resume(new(folder.Path)) : BertOrigin.Load(folder.Path);
        return (loaded.Config.HiddenDropout, loaded.Config.AttentionDropout);
    }
}
