using System.Text.RegularExpressions;
using GpuSeq.Engine;

namespace GpuSeq.Cli.Tests;

/// <summary>Dependencies point one way: Cli -> Models -> Engine -> Kernels -> the ILGPU API.</summary>
public partial class ArchitectureTests
{
    [Test]
    public void Project_files_refer_to_the_next_layer_only()
    {
        var projects = Layers.ProjectFiles(Root()).Select(Path.GetFileNameWithoutExtension);
        Assert.That(projects, Is.EquivalentTo(Layers.TopDown.Where(l => l != Layers.IlgpuApi).Append("GpuSeq.EmbeddedRuntime")));

        var references = Layers.OfProjects(Root()).Distinct().ToArray();
        Assert.That(references, Has.Length.EqualTo(Layers.TopDown.Length - 1), "every layer refers to the next one");
        Assert.That(Layers.Violations(references), Is.Empty);
    }

    [Test]
    public void The_embedded_runtime_refers_to_no_project()
    {
        var file = Layers.ProjectFiles(Root()).Single(f => Path.GetFileName(f) == "GpuSeq.EmbeddedRuntime.csproj");
        Assert.That(File.ReadAllText(file), Does.Not.Contain("ProjectReference").And.Not.Contain("PackageReference"));
    }

    [Test]
    public void Compiled_code_names_no_layer_above_it_and_none_past_its_neighbour()
    {
        string[] names = ["gpuseq.dll", "GpuSeq.Models.dll", "GpuSeq.Engine.dll", "GpuSeq.Kernels.dll"];
        var files = names.Select(name => Path.Combine(AppContext.BaseDirectory, name)).ToList();
        Assert.That(files, Has.All.Exist);
        var runtime = Path.Combine(AppContext.BaseDirectory, "GpuSeq.EmbeddedRuntime.dll");
        if (File.Exists(runtime))
        {
            files.Add(runtime); // not there where the solution is built on ILGPU's packages
        }

        Assert.That(Layers.Violations(Layers.OfAssemblies(files), [.. Layers.HandedUp, Layers.Vocabulary]), Is.Empty);
    }

    [Test]
    public void Models_name_nothing_of_the_kernels_but_enumerations()
    {
        var named = Layers.TypesNamed(Path.Combine(AppContext.BaseDirectory, "GpuSeq.Models.dll"), "GpuSeq.Kernels");
        var kernels = System.Reflection.Assembly.Load("GpuSeq.Kernels");
        Assert.That(named, Is.Not.Empty);
        Assert.That(named.Where(name => !kernels.GetType(name, throwOnError: true)!.IsEnum), Is.Empty);
    }

    [Test]
    public void References_of_compiled_code_are_found()
    {
        // This assembly stands for one that names a layer: the line below names the engine.
        var named = typeof(ElementType).Assembly.GetName().Name!;
        var found = Layers.OfAssemblies([typeof(ArchitectureTests).Assembly.Location]);
        Assert.That(found, Does.Contain(new Reference("GpuSeq.Cli.Tests", named)));
    }

    [Test]
    public void Definitions_of_kernels_are_plain_loops_without_ILGPU()
    {
        var folder = Path.Combine(Root(), "kernels", "GpuSeq.Kernels", "Reference");
        var sources = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories) : [];
        Assert.That(sources.Where(file => UsesIlgpu().IsMatch(File.ReadAllText(file))), Is.Empty);
    }

    [TestCase("using ILGPU;", true)]
    [TestCase("using static ILGPU.Algorithms.XMath;", true)]
    [TestCase("using View = ILGPU.ArrayView<float>;", true)]
    [TestCase("var x = ILGPU.Grid.IdxX;", true)]
    [TestCase("// What the ILGPU kernel computes.", false)]
    [TestCase("using GpuSeq.Kernels;", false)]
    public void Uses_of_ILGPU_are_found(string line, bool found) => Assert.That(UsesIlgpu().IsMatch(line), Is.EqualTo(found));

    [TestCase("GpuSeq.Models", "GpuSeq.Cli", "GpuSeq.Models -> GpuSeq.Cli: reaches up")]
    [TestCase("GpuSeq.Engine", "GpuSeq.Models", "GpuSeq.Engine -> GpuSeq.Models: reaches up")]
    [TestCase("GpuSeq.Engine", "GpuSeq.Engine", "GpuSeq.Engine -> GpuSeq.Engine: reaches up")]
    [TestCase(Layers.IlgpuApi, "GpuSeq.Kernels", "the ILGPU API -> GpuSeq.Kernels: reaches up")]
    [TestCase("GpuSeq.Models", "GpuSeq.Kernels", "GpuSeq.Models -> GpuSeq.Kernels: reaches past GpuSeq.Engine")]
    [TestCase("GpuSeq.Models", Layers.IlgpuApi, "GpuSeq.Models -> the ILGPU API: reaches past GpuSeq.Engine")]
    [TestCase("GpuSeq.Cli", "GpuSeq.Kernels", "GpuSeq.Cli -> GpuSeq.Kernels: reaches past GpuSeq.Models")]
    [TestCase("GpuSeq.Kernels", "GpuSeq.Perf", "GpuSeq.Kernels -> GpuSeq.Perf: not between layers")]
    public void A_reference_against_the_order_is_found(string from, string to, string violation)
    {
        var graph = Layers.TopDown.Zip(Layers.TopDown.Skip(1), (upper, lower) => new Reference(upper, lower));
        Assert.That(Layers.Violations(graph, Layers.HandedUp), Is.Empty);
        Assert.That(Layers.Violations([.. graph, new(from, to)], Layers.HandedUp), Is.EqualTo(new[] { violation }));
    }

    [Test]
    public void What_compiled_code_may_name_a_project_file_may_not()
    {
        Assert.That(Layers.Violations(Layers.HandedUp, Layers.HandedUp), Is.Empty);
        Assert.That(Layers.Violations(Layers.HandedUp).Count(), Is.EqualTo(Layers.HandedUp.Length));
    }

    [Test]
    public void References_in_a_project_file_are_found()
    {
        var root = Directory.CreateTempSubdirectory("gpuseq-tests-").FullName;
        try
        {
            foreach (var folder in new[] { "kernels", "engine", "models/GpuSeq.Models" })
            {
                Directory.CreateDirectory(Path.Combine(root, folder));
            }

            File.WriteAllText(Path.Combine(root, "models", "GpuSeq.Models", "GpuSeq.Models.csproj"), """
                <Project Sdk="Microsoft.NET.Sdk">
                  <ItemGroup Condition="'$(Rare)' == 'true'">
                    <ProjectReference Include="..\..\kernels\GpuSeq.Kernels\GpuSeq.Kernels.csproj" />
                    <PackageReference Include="ILGPU" />
                    <PackageReference Include="System.CommandLine" />
                  </ItemGroup>
                </Project>
                """);
            Assert.That(Layers.OfProjects(root),
                Is.EqualTo(new[] { new Reference("GpuSeq.Models", "GpuSeq.Kernels"), new Reference("GpuSeq.Models", Layers.IlgpuApi) }));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Root()
    {
        if (Fixtures.Repository is null)
        {
            Assert.Ignore("the tests run away from the repository, whose project files they read");
        }

        return Fixtures.Repository!;
    }

    [GeneratedRegex(@"\busing\s+(static\s+|\w+\s*=\s*)?ILGPU\b|\bILGPU\.\w")]
    private static partial Regex UsesIlgpu();
}
