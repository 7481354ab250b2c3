namespace GpuSeq.Engine.Tests.Checkpoints;

/// <summary>A folder for one test, gone with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gpuseq-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string[] Names() => [.. Directory.EnumerateFileSystemEntries(Path).Select(p => System.IO.Path.GetFileName(p)).Order()];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
