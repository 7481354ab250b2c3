using System.Diagnostics;
using System.Globalization;

namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>A process that saves checkpoints is killed at many moments, and there is a whole one each time.</summary>
public class KillTests
{
    private const int LongestMillisecondsToLive = 60; // several checkpoints

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void A_kill_leaves_one_of_the_last_two_checkpoints() => KillAndLoad(10);

    [Test]
    [Category("Slow")]
    public void Many_kills_leave_one_of_the_last_two_checkpoints() => KillAndLoad(100);

    private void KillAndLoad(int kills)
    {
        var random = new Random(1);
        var (number, torn) = (0, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            var saved = SaveUntilKilled(number + 1, random.NextDouble() * LongestMillisecondsToLive);
            torn += _folder.Names().Any(name => name.EndsWith(".tmp", StringComparison.Ordinal)) ? 1 : 0;
            number = SavingProgram.Load(_folder.Path);
            Assert.That(number, Is.EqualTo(saved).Or.EqualTo(saved + 1), "the last that was reported, or the one after it");
        }

        TestContext.Out.WriteLine($"{kills} kills, {torn} in the middle of a file, {number} checkpoints");
        Assert.That(torn, Is.Positive, "no kill came while a file was written");
        SavingProgram.Save(_folder.Path, 2);
        Assert.That(_folder.Names(), Is.EqualTo(new[] { "model.safetensors" }), "the next checkpoint clears up");
    }

    // The number of the last checkpoint that was reported to be saved.
    private int SaveUntilKilled(int first, double milliseconds)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(SavingProgram).Assembly.Location, _folder.Path, first.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
        })!;
        var last = process.StandardOutput.ReadLine();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalMilliseconds < milliseconds)
        {
            Thread.SpinWait(100); // a sleep would be too coarse
        }

        process.Kill();
        process.WaitForExit();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            last = line;
        }

        return int.Parse(last!, CultureInfo.InvariantCulture);
    }
}
