using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace GpuSeq.Cli.Tests;

/// <summary>One part of the solution names another: a project in its file, or an assembly in its metadata.</summary>
internal readonly record struct Reference(string From, string To)
{
    public override string ToString() => $"{From} -> {To}";
}

/// <summary>The layers of the solution, and what breaks their order.</summary>
internal static class Layers
{
    public const string IlgpuApi = "the ILGPU API";

    /// <summary>From the top down. A layer refers to the next one, and to nothing else of this list.</summary>
    public static readonly string[] TopDown = ["GpuSeq.Cli", "GpuSeq.Models", "GpuSeq.Engine", "GpuSeq.Kernels", IlgpuApi];

    /// <summary>
    /// What compiled code may name beyond its neighbour: the engine owns the accelerator whose kernels it launches, and the command line
    /// shows the devices and checkpoints that models hand up.
    /// </summary>
    public static readonly Reference[] HandedUp = [new("GpuSeq.Engine", IlgpuApi), new("GpuSeq.Cli", "GpuSeq.Engine")];

    /// <summary>What models may name of the kernels: enumerations, such as activation functions, which operations take.</summary>
    public static readonly Reference Vocabulary = new("GpuSeq.Models", "GpuSeq.Kernels");

    /// <summary>A line for each reference that is neither to the next layer nor among <paramref name="allowed"/>.</summary>
    public static IEnumerable<string> Violations(IEnumerable<Reference> references, params Reference[] allowed)
    {
        foreach (var reference in references)
        {
            var (from, to) = (Array.IndexOf(TopDown, reference.From), Array.IndexOf(TopDown, reference.To));
            if (from < 0 || to < 0)
            {
                yield return $"{reference}: not between layers";
            }
            else if (to <= from)
            {
                yield return $"{reference}: reaches up";
            }
            else if (to > from + 1 && !allowed.Contains(reference))
            {
                yield return $"{reference}: reaches past {TopDown[from + 1]}";
            }
        }
    }

    /// <summary>The references that project files below a folder declare, to projects and to ILGPU's packages.</summary>
    public static IEnumerable<Reference> OfProjects(string folder) =>
        from file in ProjectFiles(folder)
        let name = Path.GetFileNameWithoutExtension(file)
        where Layer(name) != IlgpuApi
        from element in XDocument.Load(file).Descendants()
        let target = element.Attribute("Include")?.Value.Replace('\\', '/') ?? ""
        where element.Name.LocalName == "ProjectReference" || (element.Name.LocalName == "PackageReference" && IsOurs(target))
        select new Reference(name, Layer(element.Name.LocalName == "ProjectReference" ? Path.GetFileNameWithoutExtension(target) : target));

    /// <summary>The project files of the layers: all but those of tests and benchmarks.</summary>
    public static IEnumerable<string> ProjectFiles(string root) =>
        new[] { "kernels", "engine", "models" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.csproj", SearchOption.AllDirectories));

    /// <summary>The references that compiled assemblies hold to one another and to ILGPU; those to the framework are left out.</summary>
    public static IEnumerable<Reference> OfAssemblies(IEnumerable<string> files) =>
        from file in files
        from target in AssemblyReferences(file)
        where IsOurs(target)
        select new Reference(Layer(Path.GetFileNameWithoutExtension(file)), Layer(target));

    /// <summary>The full names of the types that an assembly names of another.</summary>
    public static string[] TypesNamed(string file, string assembly)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        return
        [
            .. from handle in metadata.TypeReferences
               let type = metadata.GetTypeReference(handle)
               where type.ResolutionScope.Kind == HandleKind.AssemblyReference
               let scope = metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope)
               where metadata.GetString(scope.Name) == assembly
               select $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}",
        ];
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("GpuSeq", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ILGPU", StringComparison.Ordinal);

    private static string Layer(string name) => name switch
    {
        "gpuseq" => "GpuSeq.Cli",
        "GpuSeq.EmbeddedRuntime" or "ILGPU" or "ILGPU.Algorithms" => IlgpuApi,
        _ => name,
    };

    private static string[] AssemblyReferences(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
