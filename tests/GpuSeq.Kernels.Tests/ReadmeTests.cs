using System.Text.RegularExpressions;
using GpuSeq.Kernels.Validation;
using GpuSeq.Perf.Readme;

namespace GpuSeq.Kernels.Tests;

/// <summary>The README's table of kernels is the one that the program writes.</summary>
public sealed partial class ReadmeTests
{
    [Test]
    public void KernelTable_IsWhatTheProgramWrites()
    {
        var content = ReadmeBlock.Content(File.ReadAllText(Path.Combine(Root(), "README.md")), KernelTable.Block);
        Assert.That(
            content, Is.EqualTo(KernelTable.Write().Trim()),
            "write it anew: dotnet run -c Release --project perf/GpuSeq.Perf -- readme kernels");
    }

    [Test]
    public void KernelTable_NamesEveryKernelAndFilesThatAreThere()
    {
        var table = KernelTable.Write();
        var links = Link().Matches(table).Select(match => match.Groups[1].Value).ToArray();
        Assert.Multiple(() =>
        {
            foreach (var kernel in KernelCases.All.Select(kernelCase => kernelCase.Kernel).Distinct())
                Assert.That(table, Does.Contain($"`{kernel}`"));
            Assert.That(links, Is.Not.Empty);
            foreach (var link in links)
                Assert.That(Path.Exists(Path.Combine(Root(), link)), link);
        });
    }

    [Test]
    public void Replace_ChangesItsBlockOnly()
    {
        const string Text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
        var text = ReadmeBlock.Replace(Text, "x", "new\n");
        Assert.Multiple(() =>
        {
            Assert.That(text, Is.EqualTo(Text.Replace("old", "new")));
            Assert.That(ReadmeBlock.Replace(text, "x", "new"), Is.EqualTo(text));
            Assert.That(() => ReadmeBlock.Content(Text, "y"), Throws.TypeOf<InvalidDataException>());
        });
    }

    private static string Root()
    {
        if (Fixtures.Repository is null)
            Assert.Ignore("the tests run away from the repository, whose README they read");
        return Fixtures.Repository!;
    }

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
