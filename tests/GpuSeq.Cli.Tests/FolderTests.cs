namespace GpuSeq.Cli.Tests;

/// <summary>Tests that have a folder of their own, which is gone with each.</summary>
public abstract class FolderTests
{
    private TemporaryFolder _folder = null!;

    /// <summary>The folder's path.</summary>
    protected string Folder => _folder.Path;

    /// <summary>Makes the folder.</summary>
    [SetUp]
    public void MakeFolder() => _folder = new();

    /// <summary>Removes it.</summary>
    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The path of a file in the folder.</summary>
    protected string InFolder(string name) => _folder.File(name);

    /// <summary>Writes a file into the folder.</summary>
    protected string Write(string name, string text) => _folder.Write(name, text);
}
