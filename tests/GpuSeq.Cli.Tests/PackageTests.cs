using System.Diagnostics;
using System.IO.Compression;

namespace GpuSeq.Cli.Tests;

/// <summary>The packages that research code links to, from the repository to a program in a folder of its own.</summary>
[Category("Slow")]
public sealed class PackageTests
{
    private const int Megabyte = 1_000_000;

    private static readonly string[] Packages = ["GpuSeq.Kernels", "GpuSeq.Engine"];

    [Test]
    public void Packages_InstallIntoAFreshProjectThatRunsTheReadmesExample()
    {
        if (Fixtures.Repository is not { } repository || ComputeRuntime.IsIlgpu)
        {
            Assert.Ignore("packages are made from the repository, on the embedded runtime");
            return;
        }
        var folder = Directory.CreateTempSubdirectory("gpuseq-packages-").FullName;
        try
        {
            foreach (var package in Packages)
            {
                var project = Directory.EnumerateFiles(repository, $"{package}.csproj", SearchOption.AllDirectories).Single();
                Dotnet(repository, "pack", "-c", "Release", project, "-o", folder);
                Check(folder, package);
            }
            Assert.That(Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length), Is.LessThan(3 * Megabyte));
            var program = Directory.CreateDirectory(Path.Combine(folder, "program")).FullName;
            File.WriteAllText(Path.Combine(program, "program.csproj"), """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <RestorePackagesPath>packages</RestorePackagesPath>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="GpuSeq.Engine" Version="*" />
                  </ItemGroup>
                </Project>
                """);
            var readme = File.ReadAllText(Path.Combine(repository, "README.md"));
            File.WriteAllText(Path.Combine(program, "Program.cs"), readme.Split("```csharp\n")[1].Split("```")[0]);
            Dotnet(program, "restore", "--source", folder);
            Assert.That(Dotnet(program, "run", "-c", "Release", "--no-restore"), Does.Contain("0.5 x 0.4 is about 0.2"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Check(string folder, string package)
    {
        using var content = ZipFile.OpenRead(Directory.EnumerateFiles(folder, $"{package}.*.nupkg").Single());
        using var symbols = ZipFile.OpenRead(Directory.EnumerateFiles(folder, $"{package}.*.snupkg").Single());
        Assert.Multiple(() =>
        {
            Assert.That(
                content.Entries.Select(entry => entry.FullName),
                Is.SupersetOf(new[] { "README.md", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml" }));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Has.Some.EqualTo($"lib/net10.0/{package}.pdb"));
        });
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{output}");
        return output;
    }
}
