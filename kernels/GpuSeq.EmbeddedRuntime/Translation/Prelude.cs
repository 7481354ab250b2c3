namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>What every translated program begins with: the names that the translator writes, in terms of each dialect.</summary>
internal static class Prelude
{
    public static string Of(TranslationOptions options) =>
        (options.Dialect == Dialect.OpenCL ? OpenCL(options) : Cuda()) + Common(options);

    // Compilers for processors do better with loops as they are: unrolled, GEMM compiles for seconds and takes twice the time.
    private static string OpenCL(TranslationOptions options) => $$"""
        #pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
        #pragma OPENCL EXTENSION cl_khr_int64_extended_atomics : enable
        {{(options.HasDoubles ? "#pragma OPENCL EXTENSION cl_khr_fp64 : enable" : "")}}
        typedef char i8; typedef uchar u8; typedef short i16; typedef ushort u16;
        typedef int i32; typedef uint u32; typedef long i64; typedef ulong u64; typedef float f32;
        {{(options.HasDoubles ? "typedef double f64;" : "")}}
        #define ALIGNED_16 __attribute__((aligned(16)))
        #define FUNCTION static inline __attribute__((always_inline))
        #define ZERO(T) ((T){0})
        #define UNROLL
        #define SHARED __local
        #define LANE(d) ((i32)get_local_id(d))
        #define LANES(d) ((i32)get_local_size(d))
        #define GROUP(d) ((i32)get_group_id(d))
        #define GROUPS(d) ((i32)get_num_groups(d))
        #define BARRIER() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
        #define WARP_BARRIER() BARRIER()
        #define FENCE() mem_fence(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
        #define AS_F32(x) as_float((u32)(x))
        #define AS_U32(x) as_uint((f32)(x))
        #define AS_F64(x) as_double((u64)(x))
        #define AS_U64(x) as_ulong((f64)(x))
        #define TO_I32(x) convert_int_sat(x)
        #define TO_U32(x) convert_uint_sat(x)
        #define TO_I64(x) convert_long_sat(x)
        #define TO_U64(x) convert_ulong_sat(x)
        #define CAS_32(S, p, compare, value) atomic_cmpxchg((volatile S u32*)(p), (u32)(compare), (u32)(value))
        #define CAS_64(S, p, compare, value) atom_cmpxchg((volatile S u64*)(p), (u64)(compare), (u64)(value))
        #define ADD_32(S, p, value) atomic_add((volatile S u32*)(p), (u32)(value))
        #define ADD_64(S, p, value) atom_add((volatile S u64*)(p), (u64)(value))
        #define SWAP_32(S, p, value) atomic_xchg((volatile S u32*)(p), (u32)(value))
        #define SWAP_64(S, p, value) atom_xchg((volatile S u64*)(p), (u64)(value))
        #define AND_32(S, p, value) atomic_and((volatile S u32*)(p), (u32)(value))
        #define AND_64(S, p, value) atom_and((volatile S u64*)(p), (u64)(value))
        #define OR_32(S, p, value) atomic_or((volatile S u32*)(p), (u32)(value))
        #define OR_64(S, p, value) atom_or((volatile S u64*)(p), (u64)(value))
        #define CLZ_32(x) ((i32)clz((u32)(x)))
        #define CLZ_64(x) ((i32)clz((u64)(x)))
        #define POPCOUNT_32(x) ((i32)popcount((u32)(x)))
        #define POPCOUNT_64(x) ((i32)popcount((u64)(x)))

        """;

    private static string Cuda() => """
        typedef signed char i8; typedef unsigned char u8; typedef short i16; typedef unsigned short u16;
        typedef int i32; typedef unsigned int u32; typedef long long i64; typedef unsigned long long u64;
        typedef float f32; typedef double f64;
        #define ALIGNED_16 __align__(16)
        #define FUNCTION static __device__ __forceinline__
        #define ZERO(T) (T{})
        #define UNROLL _Pragma("unroll")
        #define SHARED
        #define LANE(d) ((i32)(d == 0 ? threadIdx.x : d == 1 ? threadIdx.y : threadIdx.z))
        #define LANES(d) ((i32)(d == 0 ? blockDim.x : d == 1 ? blockDim.y : blockDim.z))
        #define GROUP(d) ((i32)(d == 0 ? blockIdx.x : d == 1 ? blockIdx.y : blockIdx.z))
        #define GROUPS(d) ((i32)(d == 0 ? gridDim.x : d == 1 ? gridDim.y : gridDim.z))
        #define BARRIER() __syncthreads()
        #define WARP_BARRIER() __syncwarp()
        #define FENCE() __threadfence()
        #define AS_F32(x) __uint_as_float((u32)(x))
        #define AS_U32(x) __float_as_uint((f32)(x))
        #define AS_F64(x) __longlong_as_double((i64)(x))
        #define AS_U64(x) ((u64)__double_as_longlong((f64)(x)))
        #define TO_I32(x) to_number<i32>(x)
        #define TO_U32(x) to_number<u32>(x)
        #define TO_I64(x) to_number<i64>(x)
        #define TO_U64(x) to_number<u64>(x)
        template<typename To, typename From> FUNCTION To to_number(From x) { return x == x ? (To)x : 0; }
        #define CAS_32(S, p, compare, value) atomicCAS((u32*)(p), (u32)(compare), (u32)(value))
        #define CAS_64(S, p, compare, value) atomicCAS((u64*)(p), (u64)(compare), (u64)(value))
        #define ADD_32(S, p, value) atomicAdd((u32*)(p), (u32)(value))
        #define ADD_64(S, p, value) atomicAdd((u64*)(p), (u64)(value))
        #define SWAP_32(S, p, value) atomicExch((u32*)(p), (u32)(value))
        #define SWAP_64(S, p, value) atomicExch((u64*)(p), (u64)(value))
        #define AND_32(S, p, value) atomicAnd((u32*)(p), (u32)(value))
        #define AND_64(S, p, value) atomicAnd((u64*)(p), (u64)(value))
        #define OR_32(S, p, value) atomicOr((u32*)(p), (u32)(value))
        #define OR_64(S, p, value) atomicOr((u64*)(p), (u64)(value))
        #define CLZ_32(x) __clz((i32)(x))
        #define CLZ_64(x) __clzll((i64)(x))
        #define POPCOUNT_32(x) __popc((u32)(x))
        #define POPCOUNT_64(x) __popcll((u64)(x))

        """;

    // Lanes of a group read each other's values through Team.exchange where the device does not shuffle.
    private static string Common(TranslationOptions options) => $$"""
        #define WARP_SIZE {{options.WarpSize}}
        #define LANE_LINEAR() (LANE(0) + LANES(0) * (LANE(1) + LANES(1) * LANE(2)))
        #define LANES_LINEAR() (LANES(0) * LANES(1) * LANES(2))
        #define GROUP_LINEAR() (GROUP(0) + GROUPS(0) * (GROUP(1) + GROUPS(1) * GROUP(2)))
        typedef struct Team { SHARED u8* memory; SHARED u8* dynamic; i32 dynamic_bytes; SHARED u64* exchange; } Team;
        FUNCTION Team team_at(Team team, i32 offset) { team.memory += offset; return team; }
        FUNCTION i32 shuffle_source(i32 in_part, i32 width)
        {
            i32 lane = LANE_LINEAR();
            i32 source = lane - (lane & (width - 1)) + in_part;
            return (u32)in_part < (u32)width && source < LANES_LINEAR() ? source : lane;
        }
        FUNCTION i32 lane_in_part(i32 width) { return LANE_LINEAR() & (width - 1); }
        {{(options.Dialect == Dialect.Cuda ? "#define count_lanes(team, is_true) __syncthreads_count(is_true)" : CountLanes)}}
        {{FloatFunctions("f32", "32", options.Dialect == Dialect.Cuda ? "f" : "")}}
        {{(options.HasDoubles ? FloatFunctions("f64", "64", "") : "")}}

        """;

    private const string CountLanes = """
        FUNCTION i32 count_lanes(Team team, i32 is_true)
        {
            i32 count = 0;
            team.exchange[LANE_LINEAR()] = is_true != 0;
            BARRIER();
            for (i32 i = 0; i < LANES_LINEAR(); i++)
                count += (i32)team.exchange[i];
            BARRIER();
            return count;
        }
        """;

    // As .NET defines them: NaN wins, -0 is less than 0, and halves are rounded as a MidpointRounding says.
    private static string FloatFunctions(string type, string bits, string suffix) => $$"""
        #define IS_NEGATIVE_{{bits}}(x) ((AS_U{{bits}}(x) >> ({{bits}} - 1)) != 0)
        FUNCTION {{type}} min_{{type}}({{type}} a, {{type}} b)
        {
            return a < b || a != a || (a == b && IS_NEGATIVE_{{bits}}(a)) ? a : b;
        }
        FUNCTION {{type}} max_{{type}}({{type}} a, {{type}} b)
        {
            return a > b || a != a || (a == b && !IS_NEGATIVE_{{bits}}(a)) ? a : b;
        }
        FUNCTION {{type}} round_{{type}}({{type}} x, i32 mode)
        {
            return mode == 0 ? rint{{suffix}}(x) : mode == 1 ? round{{suffix}}(x) : mode == 2 ? trunc{{suffix}}(x)
                : mode == 3 ? floor{{suffix}}(x) : ceil{{suffix}}(x);
        }
        FUNCTION {{type}} round_digits_{{type}}({{type}} x, i32 digits, i32 mode)
        {
            {{type}} power = 1;
            for (i32 i = 0; i < digits; i++)
                power *= 10;
            return fabs{{suffix}}(x) < {{(bits == "32" ? "1e8f" : "1e16")}} ? round_{{type}}(x * power, mode) / power : x;
        }
        """;
    /// <summary>A function that gives every lane the value of another lane of the group.</summary>
    public static string Exchange(Dialect dialect, string name, string type) => dialect == Dialect.OpenCL
        ? $$"""
        FUNCTION {{type}} {{name}}(Team team, {{type}} value, i32 source)
        {
            ((__local {{type}}*)team.exchange)[LANE_LINEAR()] = value;
            BARRIER();
            {{type}} result = ((__local {{type}}*)team.exchange)[source];
            BARRIER();
            return result;
        }

        """
        : $$"""
        FUNCTION {{type}} {{name}}(Team team, {{type}} value, i32 source)
        {
            return __shfl_sync(0xffffffffu, value, source & 31);
        }

        """;

    /// <summary>A function that gives every lane of a group the value of one of them, in any warp.</summary>
    public static string Broadcast(Dialect dialect, string name, string type) => $$"""
        FUNCTION {{type}} {{name}}(Team team, {{type}} value, i32 source)
        {
            if (LANE_LINEAR() == source)
                *(SHARED {{type}}*)team.exchange = value;
            BARRIER();
            {{type}} result = *(SHARED {{type}}*)team.exchange;
            BARRIER();
            return result;
        }

        """;
}
